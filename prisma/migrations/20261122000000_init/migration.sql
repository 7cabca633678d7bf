
-- CreateTable
CREATE TABLE "person" (
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "roles" TEXT[],
    "password_hash" TEXT,
    "oidc_subject" TEXT,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "sample" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deactivated_at" TIMESTAMPTZ(3),

    CONSTRAINT "person_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" TEXT NOT NULL,
    "digest" BYTEA NOT NULL,
    "person_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "user_agent" TEXT,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sign_in_link" (
    "id" TEXT NOT NULL,
    "digest" BYTEA NOT NULL,
    "person_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "sign_in_link_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "approver_group" (
    "id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "title" TEXT NOT NULL,

    CONSTRAINT "approver_group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "approver_group_member" (
    "group_id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,

    CONSTRAINT "approver_group_member_pkey" PRIMARY KEY ("group_id","person_id")
);

-- CreateTable
CREATE TABLE "api_token" (
    "id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "digest" BYTEA NOT NULL,
    "scopes" TEXT[],
    "may_vote" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agent" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "owner_id" TEXT NOT NULL,
    "backup_owner_id" TEXT,
    "environment" TEXT NOT NULL,
    "risk_class" TEXT NOT NULL,
    "tier" TEXT NOT NULL,
    "mandate" JSONB NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'draft',
    "status_reason" TEXT,
    "current_version_id" TEXT,
    "echo_mode" TEXT NOT NULL DEFAULT 'warn',
    "max_instances" INTEGER,
    "sample" BOOLEAN NOT NULL DEFAULT false,
    "created_by_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "activated_at" TIMESTAMPTZ(3),
    "suspended_at" TIMESTAMPTZ(3),
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "agent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agent_version" (
    "id" TEXT NOT NULL,
    "agent_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "label" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "prompt_hash" TEXT,
    "tools_hash" TEXT,
    "code_version" TEXT,
    "created_by_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "agent_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "credential" (
    "id" TEXT NOT NULL,
    "agent_id" TEXT NOT NULL,
    "type" TEXT NOT NULL DEFAULT 'secret',
    "digest" BYTEA NOT NULL,
    "created_by_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "rotated_to_id" TEXT,

    CONSTRAINT "credential_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "credential_use" (
    "credential_id" TEXT NOT NULL,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL,
    "calls" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "credential_use_pkey" PRIMARY KEY ("credential_id")
);

-- CreateTable
CREATE TABLE "ownership_transfer" (
    "id" TEXT NOT NULL,
    "agent_id" TEXT NOT NULL,
    "from_id" TEXT NOT NULL,
    "to_id" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "created_by_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "decided_at" TIMESTAMPTZ(3),

    CONSTRAINT "ownership_transfer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tool" (
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "source" TEXT NOT NULL DEFAULT 'manual',
    "effect" TEXT NOT NULL,
    "reversible" BOOLEAN NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'sanctioned',
    "argument_schema" JSONB,
    "argument_roles" JSONB NOT NULL DEFAULT '{}',
    "fingerprint" TEXT NOT NULL,
    "created_by_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tool_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "policy_version" (
    "id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "hash" TEXT NOT NULL,
    "content" JSONB NOT NULL,
    "note" TEXT NOT NULL,
    "created_by_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "policy_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "approval" (
    "id" TEXT NOT NULL,
    "lane" BIGINT NOT NULL,
    "seq" BIGINT NOT NULL,
    "agent_id" TEXT NOT NULL,
    "owner_id" TEXT NOT NULL,
    "tool" TEXT NOT NULL,
    "effect" TEXT NOT NULL,
    "reversible" BOOLEAN NOT NULL,
    "action_digest" BYTEA NOT NULL,
    "policy_hash" TEXT NOT NULL,
    "quorum" INTEGER NOT NULL,
    "groups" TEXT[],
    "step_up" BOOLEAN NOT NULL DEFAULT false,
    "codes" TEXT[],
    "amount" TEXT,
    "currency" TEXT,
    "recipient" TEXT,
    "resource" TEXT,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "status_reason" TEXT,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_at" TIMESTAMPTZ(3),
    "consumed_at" TIMESTAMPTZ(3),
    "consumed_lane" BIGINT,
    "consumed_seq" BIGINT,
    "sample" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "approval_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "approval_vote" (
    "id" TEXT NOT NULL,
    "approval_id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "verdict" TEXT NOT NULL,
    "comment" TEXT,
    "seen_digest" TEXT NOT NULL,
    "via" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "approval_vote_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "budget_usage" (
    "key" TEXT NOT NULL,
    "window" TEXT NOT NULL,
    "head" BIGINT NOT NULL,
    "amounts" BIGINT[],
    "counts" INTEGER[],

    CONSTRAINT "budget_usage_pkey" PRIMARY KEY ("key","window")
);

-- CreateTable
CREATE TABLE "incident" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "agent_id" TEXT,
    "title" TEXT NOT NULL,
    "details" JSONB NOT NULL,
    "lane" BIGINT,
    "seq" BIGINT,
    "status" TEXT NOT NULL DEFAULT 'open',
    "opened_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "incident_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "entry_view" (
    "lane" BIGINT NOT NULL,
    "seq" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "agent_id" TEXT,
    "actor" TEXT,
    "outcome" TEXT,
    "codes" TEXT[],
    "tool" TEXT,
    "effect" TEXT,
    "approval_id" TEXT,
    "policy_hash" TEXT,
    "sample" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "entry_view_pkey" PRIMARY KEY ("lane","seq")
);

-- CreateTable
CREATE TABLE "entry_detail" (
    "lane" BIGINT NOT NULL,
    "seq" BIGINT NOT NULL,
    "amount" TEXT,
    "currency" TEXT,
    "recipient" TEXT,
    "resource" TEXT,
    "text" TEXT,

    CONSTRAINT "entry_detail_pkey" PRIMARY KEY ("lane","seq")
);

-- CreateTable
CREATE TABLE "decision_hourly" (
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "agent_id" TEXT NOT NULL,
    "tool" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "count" BIGINT NOT NULL,

    CONSTRAINT "decision_hourly_pkey" PRIMARY KEY ("hour","agent_id","tool","outcome")
);

-- CreateTable
CREATE TABLE "tool_demand" (
    "tool" TEXT NOT NULL,
    "agent_id" TEXT NOT NULL,
    "count" BIGINT NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tool_demand_pkey" PRIMARY KEY ("tool","agent_id")
);

-- CreateTable
CREATE TABLE "projection_mark" (
    "lane" BIGINT NOT NULL,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "projection_mark_pkey" PRIMARY KEY ("lane")
);

-- CreateTable
CREATE TABLE "setting" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,

    CONSTRAINT "setting_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE UNIQUE INDEX "person_email_key" ON "person"("email");

-- CreateIndex
CREATE UNIQUE INDEX "person_oidc_subject_key" ON "person"("oidc_subject");

-- CreateIndex
CREATE UNIQUE INDEX "session_digest_key" ON "session"("digest");

-- CreateIndex
CREATE INDEX "session_person_id_idx" ON "session"("person_id");

-- CreateIndex
CREATE UNIQUE INDEX "sign_in_link_digest_key" ON "sign_in_link"("digest");

-- CreateIndex
CREATE INDEX "sign_in_link_person_id_idx" ON "sign_in_link"("person_id");

-- CreateIndex
CREATE UNIQUE INDEX "approver_group_key_key" ON "approver_group"("key");

-- CreateIndex
CREATE INDEX "approver_group_member_person_id_idx" ON "approver_group_member"("person_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_token_digest_key" ON "api_token"("digest");

-- CreateIndex
CREATE INDEX "api_token_person_id_idx" ON "api_token"("person_id");

-- CreateIndex
CREATE UNIQUE INDEX "agent_name_key" ON "agent"("name");

-- CreateIndex
CREATE UNIQUE INDEX "agent_current_version_id_key" ON "agent"("current_version_id");

-- CreateIndex
CREATE INDEX "agent_owner_id_idx" ON "agent"("owner_id");

-- CreateIndex
CREATE UNIQUE INDEX "agent_version_agent_id_number_key" ON "agent_version"("agent_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "credential_digest_key" ON "credential"("digest");

-- CreateIndex
CREATE UNIQUE INDEX "credential_rotated_to_id_key" ON "credential"("rotated_to_id");

-- CreateIndex
CREATE INDEX "credential_agent_id_idx" ON "credential"("agent_id");

-- CreateIndex
CREATE INDEX "ownership_transfer_agent_id_idx" ON "ownership_transfer"("agent_id");

-- CreateIndex
CREATE INDEX "ownership_transfer_to_id_status_idx" ON "ownership_transfer"("to_id", "status");

-- CreateIndex
CREATE UNIQUE INDEX "policy_version_number_key" ON "policy_version"("number");

-- CreateIndex
CREATE INDEX "policy_version_hash_idx" ON "policy_version"("hash");

-- CreateIndex
CREATE INDEX "approval_status_expires_at_idx" ON "approval"("status", "expires_at");

-- CreateIndex
CREATE INDEX "approval_agent_id_status_idx" ON "approval"("agent_id", "status");

-- CreateIndex
CREATE INDEX "approval_requested_at_idx" ON "approval"("requested_at");

-- CreateIndex
CREATE UNIQUE INDEX "approval_lane_seq_key" ON "approval"("lane", "seq");

-- CreateIndex
CREATE INDEX "approval_vote_person_id_idx" ON "approval_vote"("person_id");

-- CreateIndex
CREATE UNIQUE INDEX "approval_vote_approval_id_person_id_key" ON "approval_vote"("approval_id", "person_id");

-- CreateIndex
CREATE INDEX "incident_status_opened_at_idx" ON "incident"("status", "opened_at");

-- CreateIndex
CREATE INDEX "incident_agent_id_idx" ON "incident"("agent_id");

-- CreateIndex
CREATE INDEX "entry_view_at_lane_seq_idx" ON "entry_view"("at" DESC, "lane", "seq");

-- CreateIndex
CREATE INDEX "entry_view_agent_id_at_idx" ON "entry_view"("agent_id", "at" DESC);

-- CreateIndex
CREATE INDEX "entry_view_tool_at_idx" ON "entry_view"("tool", "at" DESC);

-- CreateIndex
CREATE INDEX "entry_view_kind_at_idx" ON "entry_view"("kind", "at" DESC);

-- CreateIndex
CREATE INDEX "entry_view_outcome_at_idx" ON "entry_view"("outcome", "at" DESC);

-- CreateIndex
CREATE INDEX "entry_view_codes_idx" ON "entry_view" USING GIN ("codes");

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sign_in_link" ADD CONSTRAINT "sign_in_link_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "approver_group_member" ADD CONSTRAINT "approver_group_member_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "approver_group"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "approver_group_member" ADD CONSTRAINT "approver_group_member_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_token" ADD CONSTRAINT "api_token_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent" ADD CONSTRAINT "agent_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent" ADD CONSTRAINT "agent_backup_owner_id_fkey" FOREIGN KEY ("backup_owner_id") REFERENCES "person"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent" ADD CONSTRAINT "agent_current_version_id_fkey" FOREIGN KEY ("current_version_id") REFERENCES "agent_version"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent_version" ADD CONSTRAINT "agent_version_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "credential" ADD CONSTRAINT "credential_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ownership_transfer" ADD CONSTRAINT "ownership_transfer_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ownership_transfer" ADD CONSTRAINT "ownership_transfer_from_id_fkey" FOREIGN KEY ("from_id") REFERENCES "person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ownership_transfer" ADD CONSTRAINT "ownership_transfer_to_id_fkey" FOREIGN KEY ("to_id") REFERENCES "person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "approval" ADD CONSTRAINT "approval_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "approval_vote" ADD CONSTRAINT "approval_vote_approval_id_fkey" FOREIGN KEY ("approval_id") REFERENCES "approval"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "approval_vote" ADD CONSTRAINT "approval_vote_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What comes from payloads must not reach WAL, replicas or base backups; the projector refills it after a crash.
ALTER TABLE "entry_detail" SET UNLOGGED;
