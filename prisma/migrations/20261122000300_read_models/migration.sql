-- Read models: what an entry is about, keyset order, search in details, and how far details have been filled.

ALTER TABLE "entry_view" ADD COLUMN "ref" TEXT;

-- One order for the explorer, newest first; read backwards. A row comparison (at, lane, seq) < (…) is one index condition.
DROP INDEX "entry_view_at_lane_seq_idx";
CREATE INDEX "entry_view_at_lane_seq_idx" ON "entry_view"("at", "lane", "seq");

-- Most decisions carry none of these, so each index holds only the entries that do.
CREATE INDEX "entry_view_ref_idx" ON "entry_view"("ref") WHERE "ref" IS NOT NULL;
CREATE INDEX "entry_view_approval_id_idx" ON "entry_view"("approval_id") WHERE "approval_id" IS NOT NULL;
CREATE INDEX "entry_view_actor_at_idx" ON "entry_view"("actor", "at" DESC) WHERE "actor" IS NOT NULL;

-- `simple`: names, numbers and addresses are searched as they are written, in any language.
CREATE INDEX "entry_detail_text_idx" ON "entry_detail" USING GIN (to_tsvector('simple', coalesce("text", '')));

-- UNLOGGED together with entry_detail: a crash empties both, and the projector starts again where this says, at nothing.
CREATE UNLOGGED TABLE "detail_mark" (
    "lane" BIGINT NOT NULL,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "detail_mark_pkey" PRIMARY KEY ("lane")
);

ALTER TABLE "incident" ADD COLUMN "closed_by_id" TEXT;
ALTER TABLE "incident" ADD COLUMN "close_comment" TEXT;
