-- The shared draft, and its way into force. T17: who gains by a looser rule never brings it into force.

-- AlterTable
ALTER TABLE "policy_version" ADD COLUMN     "publication_id" TEXT;

-- CreateTable
CREATE TABLE "policy_draft" (
    "one" INTEGER NOT NULL DEFAULT 1,
    "base_version" INTEGER NOT NULL,
    "content" JSONB,
    "revision" INTEGER NOT NULL,
    "authors" TEXT[],
    "updated_by_id" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "policy_draft_pkey" PRIMARY KEY ("one")
);

-- CreateTable
CREATE TABLE "policy_publication" (
    "id" TEXT NOT NULL,
    "content" JSONB NOT NULL,
    "base_version" INTEGER NOT NULL,
    "changes" JSONB NOT NULL,
    "loosening" BOOLEAN NOT NULL,
    "gaining_agents" TEXT[],
    "authors" TEXT[],
    "note" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "status_reason" TEXT,
    "requested_by_id" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "starts_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),
    "decided_by_id" TEXT,
    "decided_at" TIMESTAMPTZ(3),
    "published_at" TIMESTAMPTZ(3),
    "replaced_number" INTEGER,
    "number" INTEGER,
    "ended_number" INTEGER,

    CONSTRAINT "policy_publication_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "policy_publication_status_starts_at_idx" ON "policy_publication"("status", "starts_at");

-- CreateIndex
CREATE INDEX "policy_publication_requested_at_id_idx" ON "policy_publication"("requested_at", "id");

-- AddForeignKey
ALTER TABLE "policy_version" ADD CONSTRAINT "policy_version_publication_id_fkey" FOREIGN KEY ("publication_id") REFERENCES "policy_publication"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- ---------------------------------------------------------------- guards, which hold whatever the program does

-- INVARIANT (a second person): what loosens gets a date or comes into force only by an active person who neither asked for it, nor wrote it, nor answers for an agent that gains.
CREATE FUNCTION policy_publication_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $f$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'publication guard: a publication stays' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.decided_by_id IS NOT NULL OR NEW.number IS NOT NULL OR NEW.status NOT IN ('awaiting_second_person', 'scheduled') THEN
      RAISE EXCEPTION 'publication guard: a publication begins with nobody having decided it' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  ELSE
    IF (NEW.id, NEW.content, NEW.base_version, NEW.authors, NEW.note, NEW.requested_by_id, NEW.requested_at, NEW.starts_at, NEW.expires_at)
       IS DISTINCT FROM (OLD.id, OLD.content, OLD.base_version, OLD.authors, OLD.note, OLD.requested_by_id, OLD.requested_at, OLD.starts_at, OLD.expires_at)
       OR (OLD.loosening AND NOT NEW.loosening) OR NOT NEW.gaining_agents @> OLD.gaining_agents
       OR (OLD.number IS NOT NULL AND NEW.number IS DISTINCT FROM OLD.number) THEN
      RAISE EXCEPTION 'publication guard: what was asked for stays as it was asked for' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (
         ('awaiting_second_person', 'scheduled'), ('awaiting_second_person', 'declined'), ('awaiting_second_person', 'withdrawn'),
         ('scheduled', 'published'), ('scheduled', 'awaiting_second_person'), ('scheduled', 'declined'), ('scheduled', 'withdrawn'), ('published', 'expired')) THEN
      RAISE EXCEPTION 'publication guard: % cannot become %', OLD.status, NEW.status USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  IF NEW.loosening AND NEW.status IN ('scheduled', 'published') AND (TG_OP = 'INSERT' OR OLD.status <> 'published') AND (
       NEW.decided_by_id IS NULL OR NEW.decided_by_id = NEW.requested_by_id OR NEW.decided_by_id = ANY (NEW.authors)
       OR (SELECT active FROM person WHERE id = NEW.decided_by_id) IS NOT TRUE
       OR EXISTS (SELECT 1 FROM agent a WHERE a.id = ANY (NEW.gaining_agents) AND NEW.decided_by_id IN (a.owner_id, a.backup_owner_id))) THEN
    RAISE EXCEPTION 'publication guard: what loosens takes a second person, who does not gain by it' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.status = 'published' AND NOT EXISTS (SELECT 1 FROM policy_version v WHERE v.publication_id = NEW.id AND v.number = NEW.number) THEN
    RAISE EXCEPTION 'publication guard: nothing was published' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $f$;
CREATE TRIGGER policy_publication_guard BEFORE INSERT OR UPDATE ON "policy_publication" FOR EACH ROW EXECUTE FUNCTION policy_publication_guard();
CREATE TRIGGER policy_publication_stays BEFORE DELETE ON "policy_publication" FOR EACH ROW EXECUTE FUNCTION policy_publication_guard();

-- INVARIANT (rules change by publication): a version that a person makes changes the catalogue and nothing else, unless a publication that is due carries it.
-- The past of sample data was never in force.
CREATE FUNCTION policy_version_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $f$
DECLARE newest jsonb; due boolean;
BEGIN
  IF NEW.publication_id IS NOT NULL THEN
    SELECT p.status = 'scheduled' AND (p.starts_at IS NULL OR p.starts_at <= clock_timestamp()) INTO due FROM policy_publication p WHERE p.id = NEW.publication_id FOR UPDATE;
    IF due IS NOT TRUE THEN
      RAISE EXCEPTION 'version guard: the publication is not due' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.created_by_id IS NULL OR (NEW.created_at < clock_timestamp() - interval '1 hour' AND (SELECT sample FROM audit.log_identity)) THEN RETURN NEW; END IF;
  SELECT v.content INTO newest FROM policy_version v ORDER BY v.number DESC LIMIT 1;
  IF newest IS NOT NULL AND newest - 'tools' IS DISTINCT FROM NEW.content - 'tools' THEN
    RAISE EXCEPTION 'version guard: a person changes the rules by a publication' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $f$;
CREATE TRIGGER policy_version_guard BEFORE INSERT ON "policy_version" FOR EACH ROW EXECUTE FUNCTION policy_version_guard();

DO $do$
DECLARE t record;
BEGIN -- They fire under session_replication_role = replica too.
  FOR t IN SELECT tgrelid::regclass AS rel, tgname FROM pg_trigger WHERE tgname IN ('policy_publication_guard', 'policy_publication_stays', 'policy_version_guard') LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.rel, t.tgname);
  END LOOP;
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'app_rw') THEN
    REVOKE DELETE ON "policy_publication" FROM app_rw;
  END IF;
END $do$;
