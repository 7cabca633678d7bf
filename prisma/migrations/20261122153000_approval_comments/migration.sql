-- Questions and answers on a request. They decide nothing, and nobody changes or removes one.
CREATE TABLE "approval_comment" (
    "id" TEXT NOT NULL,
    "approval_id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "side" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "approval_comment_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "approval_comment_side" CHECK ("side" IN ('owner', 'approver'))
);
CREATE INDEX "approval_comment_approval_id_created_at_idx" ON "approval_comment"("approval_id", "created_at");
CREATE INDEX "approval_comment_person_id_idx" ON "approval_comment"("person_id");
ALTER TABLE "approval_comment" ADD CONSTRAINT "approval_comment_approval_id_fkey" FOREIGN KEY ("approval_id") REFERENCES "approval"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "approval_comment" ADD CONSTRAINT "approval_comment_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- INVARIANT (comments stand): what was asked and answered never changes and is never taken away.
CREATE FUNCTION approval_comment_stands() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $f$
BEGIN
  RAISE EXCEPTION 'approval guard: % of a comment is refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $f$;
CREATE TRIGGER approval_comment_stands BEFORE UPDATE OR DELETE ON "approval_comment" FOR EACH ROW EXECUTE FUNCTION approval_comment_stands();
-- It fires under session_replication_role = replica too.
ALTER TABLE "approval_comment" ENABLE ALWAYS TRIGGER approval_comment_stands;
