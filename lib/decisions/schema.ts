// The decision API's shapes: what api.md fixes. One schema validates, types, and documents.
import { z } from "zod";
import { toolName } from "@/lib/policy/schema";
import { layers } from "@/lib/policy/types";

const jsonObject = z.custom<Record<string, z.core.util.JSONType>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "must be a JSON object",
);
const short = z.string().min(1).max(256);

export const outcomes = ["allow", "deny", "approval_required"] as const;
export const outcome = z.enum(outcomes);

const reasoningLimit = 64 * 1024;
const reasoning = z
  .union([z.string(), z.array(z.string()).max(1000)])
  .refine(
    (value) => Buffer.byteLength(typeof value === "string" ? value : value.join("")) <= reasoningLimit,
    `reasoning is at most ${reasoningLimit} bytes`,
  );

/** The echo: the last receipt this instance received. `n` counts the calls of the instance. */
export const lastReceipt = z.strictObject({
  lane: z.int().min(1),
  seq: z.int().min(1),
  leaf: z.base64().length(44),
  n: z.int().min(0).optional(),
});

/** Unknown members of `context` are data; everywhere else they are errors. */
export const decisionContext = z.looseObject({
  instanceId: short.optional(),
  sessionId: short.optional(),
  traceId: short.optional(),
  onBehalfOf: short.optional(),
  region: z.string().min(1).max(64).optional(),
  purpose: short.optional(),
  agentVersion: short.optional(),
});

export const decisionResource = z.strictObject({
  type: short.optional(),
  id: short.optional(),
  host: z.string().min(1).max(260).optional(),
  path: z.string().min(1).max(2048).optional(),
  method: z.string().min(1).max(16).optional(),
  region: z.string().min(1).max(64).optional(),
  dataClasses: z.array(z.string().min(1).max(64)).max(50).optional(),
});

export const decisionRequest = z.strictObject({
  tool: toolName,
  toolFingerprint: z.string().max(200).optional(),
  arguments: jsonObject.default({}),
  resource: decisionResource.optional(),
  reasoning: reasoning.optional(),
  context: decisionContext.default({}),
  approvalId: z
    .string()
    .regex(/^apr_[0-9a-hjkmnp-tv-z]{18}$/, "an approval id looks like `apr_…`")
    .optional(),
  lastReceipt: lastReceipt.optional(),
  dryRun: z.boolean().default(false),
});
export type DecisionRequest = z.output<typeof decisionRequest>;

/** Optional and opaque, as the draft standard has it. */
export const idempotencyKey = z
  .string()
  .regex(/^[A-Za-z0-9_-]{16,64}$/, "an Idempotency-Key is 16 to 64 of A-Z, a-z, 0-9, `_` and `-`");

export const reason = z.object({
  code: z.string(),
  layer: z.enum(layers),
  ruleId: z.string(),
  message: z.string(),
  mode: z.enum(["enforce", "shadow"]).optional(),
});

export const approvalState = z.object({
  id: z.string(),
  status: z.enum(["pending", "approved", "denied", "expired", "voided", "consumed"]),
  required: z.int(),
  granted: z.int(),
  expiresAt: z.string(),
  reviewUrl: z.string(),
});
export type ApprovalState = z.infer<typeof approvalState>;

export const receiptSchema = z.object({
  v: z.literal(1),
  origin: z.string(),
  epoch: z.int(),
  entryId: z.string(),
  agent: z.string(),
  lane: z.int(),
  seq: z.int(),
  prev: z.string(),
  leaf: z.string(),
  outcome: z.string(),
  actionDigest: z.string(),
  instance: z.string().optional(),
  ts: z.string(),
  mmdMs: z.int(),
  path: z.array(z.string()),
  keyId: z.string(),
  signature: z.string(),
});

export const decisionResponse = z.object({
  id: z.string().nullable().describe("null for a dry run"),
  outcome,
  mode: z.enum(["enforce", "shadow"]),
  wouldBe: z.enum(["deny", "approval_required"]).nullable(),
  reasons: z.array(reason),
  obligations: z.array(z.record(z.string(), z.unknown())),
  approval: approvalState.nullable(),
  actionDigest: z.string(),
  actionNonce: z.string(),
  policyHash: z.string(),
  evaluatedAt: z.string(),
  receipt: receiptSchema.nullable(),
  replay: z.boolean().optional(),
});
export type DecisionResponse = z.infer<typeof decisionResponse>;

/** What really happened. */
export const outcomeReport = z.strictObject({
  status: z.enum(["succeeded", "failed", "skipped", "unknown"]),
  actionDigest: z.string().regex(/^sha256:[0-9a-f]{64}$/, "an action digest is `sha256:` and 64 hex digits"),
  externalRef: z.string().max(500).optional(),
  error: z.string().max(4000).optional(),
});
export type OutcomeReport = z.output<typeof outcomeReport>;
export const outcomeAnswer = z.object({ id: z.string(), recordedAt: z.string(), matches: z.boolean() });
