-- Guarantees of approvals that hold whatever the program does: separation of duties, quorum, and one way through the states.

ALTER TABLE "approval_vote" ADD COLUMN "groups" TEXT[];

-- INVARIANT (separation of duties): nobody votes on a request of an agent they own or back up, whose key they issued, or that their own policy version opened.
-- INVARIANT (votes say who): a vote carries the groups its person was in when it was cast.
CREATE FUNCTION approval_vote_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $f$
DECLARE a record;
BEGIN
  SELECT p.status, p."groups", p.owner_id, p.agent_id, p.policy_hash, p.requested_at, p.expires_at, p.sample, g.owner_id AS now_owner, g.backup_owner_id AS backup
    INTO a FROM approval p JOIN agent g ON g.id = p.agent_id WHERE p.id = NEW.approval_id FOR UPDATE OF p;
  IF NOT FOUND OR a.status <> 'pending' OR NOT (a.sample OR a.expires_at > clock_timestamp()) THEN
    RAISE EXCEPTION 'approval guard: only a pending request takes votes' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (SELECT active FROM person WHERE id = NEW.person_id) IS NOT TRUE THEN
    RAISE EXCEPTION 'approval guard: only an active person votes' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.person_id = a.owner_id OR NEW.person_id = a.now_owner OR NEW.person_id = a.backup
     OR EXISTS (SELECT 1 FROM credential c WHERE c.agent_id = a.agent_id AND c.created_by_id = NEW.person_id
                 AND (c.revoked_at IS NULL OR c.revoked_at > a.requested_at) AND (c.expires_at IS NULL OR c.expires_at > a.requested_at))
     OR EXISTS (SELECT 1 FROM policy_version v WHERE v.hash = a.policy_hash AND v.created_by_id = NEW.person_id) THEN
    RAISE EXCEPTION 'approval guard: nobody votes on what they own, issued or published' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  NEW."groups" := ARRAY(SELECT g.key FROM approver_group_member m JOIN approver_group g ON g.id = m.group_id WHERE m.person_id = NEW.person_id ORDER BY g.key COLLATE "C");
  IF cardinality(a."groups") > 0 AND NOT NEW."groups" && a."groups" THEN
    RAISE EXCEPTION 'approval guard: the request asks for members of other groups' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $f$;
CREATE TRIGGER approval_vote_guard BEFORE INSERT ON "approval_vote" FOR EACH ROW EXECUTE FUNCTION approval_vote_guard();

-- INVARIANT (votes stand): a vote never changes and is never taken away.
CREATE FUNCTION approval_vote_stands() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $f$
BEGIN
  RAISE EXCEPTION 'approval guard: % of a vote is refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $f$;
CREATE TRIGGER approval_vote_stands BEFORE UPDATE OR DELETE ON "approval_vote" FOR EACH ROW EXECUTE FUNCTION approval_vote_stands();

-- INVARIANT (one way through the states): pending → approved | denied | expired | voided; approved → consumed | expired | voided; the rest is final.
-- INVARIANT (the rule is copied in): what was asked, of whom and until when never changes. Only what a payload erasure blanks may go.
CREATE FUNCTION approval_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $f$
BEGIN
  IF (NEW.id, NEW.lane, NEW.seq, NEW.agent_id, NEW.owner_id, NEW.tool, NEW.effect, NEW.reversible, NEW.action_digest, NEW.policy_hash, NEW.quorum, NEW."groups",
      NEW.step_up, NEW.codes, NEW.requested_at, NEW.expires_at, NEW.sample)
     IS DISTINCT FROM
     (OLD.id, OLD.lane, OLD.seq, OLD.agent_id, OLD.owner_id, OLD.tool, OLD.effect, OLD.reversible, OLD.action_digest, OLD.policy_hash, OLD.quorum, OLD."groups",
      OLD.step_up, OLD.codes, OLD.requested_at, OLD.expires_at, OLD.sample)
     OR (NEW.amount IS NOT NULL AND NEW.amount IS DISTINCT FROM OLD.amount) OR (NEW.currency IS NOT NULL AND NEW.currency IS DISTINCT FROM OLD.currency)
     OR (NEW.recipient IS NOT NULL AND NEW.recipient IS DISTINCT FROM OLD.recipient) OR (NEW.resource IS NOT NULL AND NEW.resource IS DISTINCT FROM OLD.resource) THEN
    RAISE EXCEPTION 'approval guard: what was asked stays as it was asked' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.status = OLD.status THEN RETURN NEW; END IF;
  IF (OLD.status, NEW.status) NOT IN (('pending', 'approved'), ('pending', 'denied'), ('pending', 'expired'), ('pending', 'voided'),
                                      ('approved', 'consumed'), ('approved', 'expired'), ('approved', 'voided')) THEN
    RAISE EXCEPTION 'approval guard: % cannot become %', OLD.status, NEW.status USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.status = 'approved' AND (
       (SELECT count(DISTINCT v.person_id) FROM approval_vote v WHERE v.approval_id = NEW.id AND v.verdict = 'approve') < NEW.quorum
       OR EXISTS (SELECT 1 FROM approval_vote v WHERE v.approval_id = NEW.id AND v.verdict <> 'approve')
       OR EXISTS (SELECT 1 FROM unnest(NEW."groups") needed(key)
                   WHERE NOT EXISTS (SELECT 1 FROM approval_vote v WHERE v.approval_id = NEW.id AND v.verdict = 'approve' AND needed.key = ANY (v."groups")))) THEN
    RAISE EXCEPTION 'approval guard: the votes do not carry this approval' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.status = 'denied' AND NOT EXISTS (SELECT 1 FROM approval_vote v WHERE v.approval_id = NEW.id AND v.verdict = 'deny') THEN
    RAISE EXCEPTION 'approval guard: nobody denied this request' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $f$;
CREATE TRIGGER approval_guard BEFORE UPDATE ON "approval" FOR EACH ROW EXECUTE FUNCTION approval_guard();

-- A request is born pending; nothing inserts a ready-made approval.
CREATE FUNCTION approval_birth() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $f$
BEGIN
  IF NEW.status <> 'pending' OR NEW.consumed_at IS NOT NULL OR NEW.decided_at IS NOT NULL OR NEW.expires_at <= NEW.requested_at THEN
    RAISE EXCEPTION 'approval guard: a request opens pending, with an end' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $f$;
CREATE TRIGGER approval_birth BEFORE INSERT ON "approval" FOR EACH ROW EXECUTE FUNCTION approval_birth();

DO $do$
DECLARE t record;
BEGIN -- They fire under session_replication_role = replica too.
  FOR t IN SELECT tgrelid::regclass AS rel, tgname FROM pg_trigger WHERE tgname IN ('approval_vote_guard', 'approval_vote_stands', 'approval_guard', 'approval_birth') LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.rel, t.tgname);
  END LOOP;
END $do$;
