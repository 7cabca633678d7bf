-- What a card compares a request with: the last approvals of the same agent and tool, and who was addressed before.
CREATE INDEX "approval_agent_id_tool_decided_at_idx" ON "approval"("agent_id", "tool", "decided_at" DESC);

-- Hash: recipients are compared for equality only, and may be longer than a B-tree takes.
CREATE INDEX "entry_detail_recipient_idx" ON "entry_detail" USING HASH ("recipient");
