-- A passkey's signature with each approval, for the rules that ask for one.

-- AlterTable
ALTER TABLE "approval_vote" ADD COLUMN     "step_up_id" TEXT;

-- CreateTable
CREATE TABLE "passkey" (
    "id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "credential_id" BYTEA NOT NULL,
    "public_key" BYTEA NOT NULL,
    "transports" TEXT[],
    "counter" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "passkey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "passkey_challenge" (
    "id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "approval_id" TEXT,
    "verdict" TEXT,
    "nonce" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "spent_at" TIMESTAMPTZ(3),

    CONSTRAINT "passkey_challenge_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "step_up" (
    "id" TEXT NOT NULL,
    "challenge_id" TEXT NOT NULL,
    "approval_id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "verdict" TEXT NOT NULL,
    "action_digest" BYTEA NOT NULL,
    "nonce" BYTEA NOT NULL,
    "credential_id" BYTEA NOT NULL,
    "public_key" BYTEA NOT NULL,
    "authenticator_data" BYTEA NOT NULL,
    "client_data" BYTEA NOT NULL,
    "signature" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "step_up_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "passkey_credential_id_key" ON "passkey"("credential_id");

-- CreateIndex
CREATE INDEX "passkey_person_id_idx" ON "passkey"("person_id");

-- CreateIndex
CREATE INDEX "passkey_challenge_person_id_idx" ON "passkey_challenge"("person_id");

-- CreateIndex
CREATE INDEX "passkey_challenge_approval_id_idx" ON "passkey_challenge"("approval_id");

-- CreateIndex
CREATE UNIQUE INDEX "step_up_challenge_id_key" ON "step_up"("challenge_id");

-- CreateIndex
CREATE UNIQUE INDEX "step_up_nonce_key" ON "step_up"("nonce");

-- CreateIndex
CREATE INDEX "step_up_approval_id_idx" ON "step_up"("approval_id");

-- CreateIndex
CREATE INDEX "step_up_person_id_idx" ON "step_up"("person_id");

-- CreateIndex
CREATE UNIQUE INDEX "approval_vote_step_up_id_key" ON "approval_vote"("step_up_id");

-- AddForeignKey
ALTER TABLE "approval_vote" ADD CONSTRAINT "approval_vote_step_up_id_fkey" FOREIGN KEY ("step_up_id") REFERENCES "step_up"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "passkey" ADD CONSTRAINT "passkey_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "passkey_challenge" ADD CONSTRAINT "passkey_challenge_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "passkey_challenge" ADD CONSTRAINT "passkey_challenge_approval_id_fkey" FOREIGN KEY ("approval_id") REFERENCES "approval"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "step_up" ADD CONSTRAINT "step_up_challenge_id_fkey" FOREIGN KEY ("challenge_id") REFERENCES "passkey_challenge"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "step_up" ADD CONSTRAINT "step_up_approval_id_fkey" FOREIGN KEY ("approval_id") REFERENCES "approval"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "step_up" ADD CONSTRAINT "step_up_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- INVARIANT (keys stay what they are): of a passkey only the counter, which never goes back, and the last use change.
CREATE FUNCTION passkey_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $f$
BEGIN
  IF (NEW.id, NEW.person_id, NEW.name, NEW.credential_id, NEW.public_key, NEW.transports, NEW.created_at)
     IS DISTINCT FROM (OLD.id, OLD.person_id, OLD.name, OLD.credential_id, OLD.public_key, OLD.transports, OLD.created_at)
     OR NOT (NEW.counter > OLD.counter OR (NEW.counter = 0 AND OLD.counter = 0)) THEN
    RAISE EXCEPTION 'passkey guard: a passkey stays what it was, and its counter never goes back' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $f$;
CREATE TRIGGER passkey_guard BEFORE UPDATE ON "passkey" FOR EACH ROW EXECUTE FUNCTION passkey_guard();

-- INVARIANT (once, and soon): a challenge ends 60 seconds after it was made, 5 minutes for adding a passkey; it is spent once and never changes otherwise.
CREATE FUNCTION passkey_challenge_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $f$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.spent_at IS NOT NULL OR octet_length(NEW.nonce) <> 32 OR (NEW.approval_id IS NULL) <> (NEW.verdict IS NULL) THEN
      RAISE EXCEPTION 'challenge guard: a challenge is made unspent, of 32 bytes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.created_at := date_trunc('milliseconds', clock_timestamp());
    NEW.expires_at := NEW.created_at + CASE WHEN NEW.approval_id IS NULL THEN interval '5 minutes' ELSE interval '60 seconds' END;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.person_id, NEW.approval_id, NEW.verdict, NEW.nonce, NEW.created_at, NEW.expires_at)
     IS DISTINCT FROM (OLD.id, OLD.person_id, OLD.approval_id, OLD.verdict, OLD.nonce, OLD.created_at, OLD.expires_at)
     OR OLD.spent_at IS NOT NULL OR NEW.spent_at IS NULL OR OLD.expires_at <= clock_timestamp() THEN
    RAISE EXCEPTION 'challenge guard: a challenge is spent once, before it ends' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  NEW.spent_at := date_trunc('milliseconds', clock_timestamp());
  RETURN NEW;
END $f$;
CREATE TRIGGER passkey_challenge_guard BEFORE INSERT OR UPDATE ON "passkey_challenge" FOR EACH ROW EXECUTE FUNCTION passkey_challenge_guard();

-- INVARIANT (a signature is of one verdict on one action): it answers a challenge that was just spent, made for the same person, request and verdict, over this action,
-- with user verification, by a passkey of that person. The signature itself is checked by the program, and can be again from this row.
CREATE FUNCTION step_up_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $f$
DECLARE
  fits boolean;
  said jsonb;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    RAISE EXCEPTION 'step-up guard: % of a signature is refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  SELECT c.person_id = NEW.person_id AND c.approval_id = NEW.approval_id AND c.verdict = NEW.verdict AND c.nonce = NEW.nonce AND a.action_digest = NEW.action_digest
         AND c.spent_at > clock_timestamp() - interval '60 seconds'
    INTO fits FROM passkey_challenge c JOIN approval a ON a.id = c.approval_id WHERE c.id = NEW.challenge_id;
  IF fits IS NOT TRUE THEN
    RAISE EXCEPTION 'step-up guard: the challenge is of something else' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  said := convert_from(NEW.client_data, 'UTF8')::jsonb;
  IF (said ->> 'type' = 'webauthn.get' AND said ->> 'challenge' = rtrim(translate(encode(sha256(
        convert_to(E'countersign/webauthn-approval/v1\n', 'UTF8') || NEW.action_digest
        || int4send(octet_length(convert_to(NEW.approval_id, 'UTF8'))) || convert_to(NEW.approval_id, 'UTF8')
        || int4send(octet_length(convert_to(NEW.verdict, 'UTF8'))) || convert_to(NEW.verdict, 'UTF8') || NEW.nonce), 'base64'), '+/', '-_'), '=')) IS NOT TRUE THEN
    RAISE EXCEPTION 'step-up guard: something else was signed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF octet_length(NEW.authenticator_data) < 37 OR get_byte(NEW.authenticator_data, 32) & 5 <> 5 THEN
    RAISE EXCEPTION 'step-up guard: the person was not verified' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM passkey k WHERE k.person_id = NEW.person_id AND k.credential_id = NEW.credential_id AND k.public_key = NEW.public_key) THEN
    RAISE EXCEPTION 'step-up guard: the passkey is not of this person' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $f$;
CREATE TRIGGER step_up_guard BEFORE INSERT OR UPDATE OR DELETE ON "step_up" FOR EACH ROW EXECUTE FUNCTION step_up_guard();

-- INVARIANT (no approval without the signature): where the rule asks for a passkey, an approving vote names the signature of its own person, request and verdict.
CREATE FUNCTION approval_vote_step_up() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $f$
BEGIN
  IF NEW.step_up_id IS NULL THEN
    IF NEW.verdict = 'approve' AND (SELECT step_up FROM approval WHERE id = NEW.approval_id) THEN
      RAISE EXCEPTION 'approval guard: the rule asks for a passkey signature' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  ELSIF NEW.via <> 'session' OR NOT EXISTS (SELECT 1 FROM step_up s
          WHERE s.id = NEW.step_up_id AND s.approval_id = NEW.approval_id AND s.person_id = NEW.person_id AND s.verdict = NEW.verdict) THEN
    RAISE EXCEPTION 'approval guard: the passkey signature is of something else' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $f$;
CREATE TRIGGER approval_vote_step_up BEFORE INSERT ON "approval_vote" FOR EACH ROW EXECUTE FUNCTION approval_vote_step_up();

DO $do$
DECLARE t record;
BEGIN -- They fire under session_replication_role = replica too.
  FOR t IN SELECT tgrelid::regclass AS rel, tgname FROM pg_trigger WHERE tgname IN ('passkey_guard', 'passkey_challenge_guard', 'step_up_guard', 'approval_vote_step_up') LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.rel, t.tgname);
  END LOOP;
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'app_rw') THEN
    REVOKE UPDATE, DELETE ON "step_up" FROM app_rw;
  END IF;
END $do$;
