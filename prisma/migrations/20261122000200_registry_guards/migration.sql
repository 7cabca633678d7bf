-- Guarantees of the registry that hold whatever the program does.

ALTER TABLE "agent" ADD COLUMN "stopped_at" TIMESTAMPTZ(3);
ALTER TABLE "tool" ADD COLUMN "currency" TEXT;

-- INVARIANT (retirement is final): a retired agent never changes again.
CREATE FUNCTION agent_retired_is_final() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $f$
BEGIN
  RAISE EXCEPTION 'agent guard: a retired agent stays as it was retired' USING ERRCODE = 'integrity_constraint_violation';
END $f$;
CREATE TRIGGER retired_is_final BEFORE UPDATE ON "agent" FOR EACH ROW WHEN (OLD.status = 'retired') EXECUTE FUNCTION agent_retired_is_final();

-- INVARIANT (one key, one agent): what a credential is never changes, and what was revoked stays revoked. Only its end and its successor are added later.
CREATE FUNCTION credential_is_fixed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $f$
BEGIN
  IF (NEW.id, NEW.agent_id, NEW.type, NEW.digest, NEW.created_at) IS DISTINCT FROM (OLD.id, OLD.agent_id, OLD.type, OLD.digest, OLD.created_at)
     OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at)
     OR (OLD.expires_at IS NOT NULL AND (NEW.expires_at IS NULL OR NEW.expires_at > OLD.expires_at)) THEN
    RAISE EXCEPTION 'credential guard: a credential only ever ends earlier, and never serves another agent' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $f$;
CREATE TRIGGER credential_is_fixed BEFORE UPDATE ON "credential" FOR EACH ROW EXECUTE FUNCTION credential_is_fixed();

-- INVARIANT (versions are immutable).
CREATE FUNCTION version_is_immutable() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $f$
BEGIN
  RAISE EXCEPTION 'version guard: % on % is refused: versions are immutable', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $f$;
CREATE TRIGGER version_is_immutable BEFORE UPDATE OR DELETE ON "agent_version" FOR EACH ROW EXECUTE FUNCTION version_is_immutable();
CREATE TRIGGER version_is_immutable BEFORE UPDATE OR DELETE ON "policy_version" FOR EACH ROW EXECUTE FUNCTION version_is_immutable();
