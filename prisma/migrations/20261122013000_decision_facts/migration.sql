-- What a forecast replays: of each decision, the facts that rules can rest on. Comes from content, so it is UNLOGGED together with its mark, and goes when the content goes.

CREATE UNLOGGED TABLE "decision_fact" (
    "lane" BIGINT NOT NULL,
    "seq" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "agent_id" TEXT NOT NULL,
    "tool" TEXT NOT NULL,
    "shape" UUID NOT NULL,
    "shadow" TEXT[],
    "would_be" TEXT,
    "facts" TEXT NOT NULL,

    CONSTRAINT "decision_fact_pkey" PRIMARY KEY ("lane","seq")
);

CREATE INDEX "decision_fact_at_idx" ON "decision_fact"("at");
-- Few decisions meet a rule in shadow, and its report reads only those.
CREATE INDEX "decision_fact_shadow_idx" ON "decision_fact"("at") WHERE "shadow" IS NOT NULL;

CREATE UNLOGGED TABLE "fact_mark" (
    "lane" BIGINT NOT NULL,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "fact_mark_pkey" PRIMARY KEY ("lane")
);

-- INVARIANT (derived content goes with its source): whoever erases content, or destroys its key, erases what was taken from it in the same transaction. The lock
-- waits for rows that are being written now; whoever writes later sees that the content is gone.
CREATE FUNCTION forget_derived() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $f$
BEGIN
  LOCK TABLE decision_fact, entry_detail IN SHARE ROW EXCLUSIVE MODE;
  DELETE FROM decision_fact d USING gone WHERE d.lane = gone.lane AND d.seq = gone.seq AND NOT EXISTS (SELECT 1 FROM audit.payload p WHERE p.lane = d.lane AND p.seq = d.seq AND p.body IS NOT NULL);
  DELETE FROM entry_detail d USING gone WHERE d.lane = gone.lane AND d.seq = gone.seq AND NOT EXISTS (SELECT 1 FROM audit.payload p WHERE p.lane = d.lane AND p.seq = d.seq AND p.body IS NOT NULL);
  RETURN NULL;
END $f$;
CREATE TRIGGER forget_erased AFTER UPDATE ON audit.payload REFERENCING NEW TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION forget_derived();
CREATE TRIGGER forget_deleted AFTER DELETE ON audit.payload REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION forget_derived();

CREATE FUNCTION forget_unreadable() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $f$
BEGIN
  LOCK TABLE decision_fact, entry_detail IN SHARE ROW EXCLUSIVE MODE;
  DELETE FROM decision_fact d USING audit.payload p WHERE p.dek_id = NEW.dek_id AND d.lane = p.lane AND d.seq = p.seq;
  DELETE FROM entry_detail d USING audit.payload p WHERE p.dek_id = NEW.dek_id AND d.lane = p.lane AND d.seq = p.seq;
  RETURN NULL;
END $f$;
CREATE TRIGGER forget_unreadable AFTER UPDATE ON audit.payload_key FOR EACH ROW WHEN (OLD.wrapped IS NOT NULL AND NEW.wrapped IS NULL) EXECUTE FUNCTION forget_unreadable();
ALTER TABLE audit.payload ENABLE ALWAYS TRIGGER forget_erased, ENABLE ALWAYS TRIGGER forget_deleted;
ALTER TABLE audit.payload_key ENABLE ALWAYS TRIGGER forget_unreadable;
