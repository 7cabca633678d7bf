import { z } from "zod";
import { cursorOf } from "@/lib/cursor";
import {
  agentStatus,
  agentStatuses,
  environment,
  environments,
  mandate,
  riskClass,
  riskClasses,
  tierKey,
  tierKeys,
} from "@/lib/policy/schema";
import { line, paragraph } from "@/lib/text";

/** What comes in and goes out of the registry: forms, routes, actions and tests share these shapes. Bodies as in the HTTP contract. */

export const agentId = z
  .string()
  .regex(/^agt_[0-9a-hjkmnp-tv-z]{26}$/, "an agent id looks like `agt_` and 26 characters");
const credentialId = z
  .string()
  .regex(/^crd_[0-9a-hjkmnp-tv-z]{26}$/, "a credential id looks like `crd_` and 26 characters");
const transferId = z
  .string()
  .regex(/^trf_[0-9a-hjkmnp-tv-z]{26}$/, "a transfer id looks like `trf_` and 26 characters");

/** Lower case; compared as a whole. */
const email = z
  .string()
  .trim()
  .max(254, "must be at most 254 characters")
  .transform((value) => value.toLowerCase())
  .pipe(z.email("must be an email address such as `robin@example.com`"));

const echoModes = ["off", "warn", "enforce"] as const;
const echoMode = z.enum(echoModes);

const digest = z
  .string()
  .regex(/^(?:sha256:)?[0-9a-f]{64}$/, "a hash is 64 hexadecimal digits, with or without `sha256:`");

export const versionInput = z.strictObject({
  label: line(80),
  model: line(120),
  provider: line(120),
  promptHash: digest.optional(),
  toolsHash: digest.optional(),
  codeVersion: line(120).optional(),
});
export type VersionInput = z.output<typeof versionInput>;

export const registerInput = z.strictObject({
  name: line(80),
  purpose: paragraph(2000),
  ownerEmail: email,
  backupOwnerEmail: email.optional(),
  environment,
  riskClass,
  tier: tierKey,
  mandate,
  contractId: z.string().max(64).optional(),
  echoMode: echoMode.optional(),
  maxInstances: z.int().min(1).max(10_000).optional(),
  version: versionInput,
});
export type RegisterInput = z.output<typeof registerInput>;

/** Everything but the owner (a transfer must be accepted) and the version (a new one is made and promoted). `null` clears. */
export const editInput = z
  .strictObject({
    name: registerInput.shape.name,
    purpose: registerInput.shape.purpose,
    backupOwnerEmail: email.nullable(),
    environment,
    riskClass,
    tier: tierKey,
    mandate,
    echoMode,
    maxInstances: z.int().min(1).max(10_000).nullable(),
    /** The `mandateHash` that the change began from: refused when the mandate is another by now. */
    mandateSeen: z.string().max(80),
  })
  .partial()
  .refine(({ mandateSeen: _, ...fields }) => Object.keys(fields).length > 0, "name at least one field to change");
export type EditInput = z.output<typeof editInput>;

export const reasonInput = z.strictObject({ reason: paragraph(2000) });

export const transferInput = z.strictObject({ ownerEmail: email, reason: paragraph(2000) });

const latestExpiryDays = 366;

/** Without `expiresAt` a credential lives 90 days; the longest is 366. */
export const credentialInput = z.strictObject({
  type: z.literal("secret").default("secret"),
  expiresAt: z.iso.datetime({ offset: true, message: "a time looks like `2027-01-31T12:00:00Z`" }).optional(),
});
export type CredentialInput = z.output<typeof credentialInput>;
export const credentialLife = { defaultDays: 90, longestDays: latestExpiryDays } as const;

/** `overlapSeconds`: how long the old secret still works, 0 to 7 days, one day when left out. */
export const rotateInput = z.strictObject({
  overlapSeconds: z.int().min(0).max(604_800).default(86_400),
  expiresAt: credentialInput.shape.expiresAt,
});
export type RotateInput = z.output<typeof rotateInput>;

/** A version of one agent, by its id or its number. */
const versionKey = z
  .string()
  .regex(/^(?:ver_[0-9a-hjkmnp-tv-z]{26}|[1-9]\d{0,8})$/, "a version is named by its id or its number");

const stopScopes = ["agent", "owner", "vendor", "fleet"] as const;

/** `id`: an agent id, a person id, or the provider of the current version; none for the fleet. */
export const stopInput = z
  .strictObject({
    scope: z.enum(stopScopes),
    id: z.string().trim().min(1).max(200).optional(),
    reason: paragraph(2000),
  })
  .refine((value) => (value.scope === "fleet") === (value.id === undefined), {
    path: ["id"],
    message: "name the agent, owner or vendor to stop; the fleet has no id",
  });
export type StopInput = z.output<typeof stopInput>;

// ── Lists ───────────────────────────────────────────────────────────────────────────────────────────────────────

const agentSorts = ["name", "-name", "createdAt", "-createdAt"] as const;

const limit = z.coerce.number<string>().int().min(1).max(200);

export const agentFilter = z.strictObject({
  q: z.string().trim().max(200).optional(),
  status: z.enum(agentStatuses).optional(),
  tier: z.enum(tierKeys).optional(),
  environment: z.enum(environments).optional(),
  riskClass: z.enum(riskClasses).optional(),
  /** A person id, or `me`. */
  owner: z.string().max(64).optional(),
  sort: z.enum(agentSorts).default("name"),
  limit: limit.default(50),
  cursor: cursorOf(2).optional(),
});
export type AgentFilter = z.output<typeof agentFilter>;

// ── What goes out ───────────────────────────────────────────────────────────────────────────────────────────────

const personRef = z.object({ id: z.string(), name: z.string(), email: z.string(), active: z.boolean() });
export type PersonRef = z.infer<typeof personRef>;

const time = z.string();

const versionDto = z.object({
  id: z.string(),
  number: z.int(),
  label: z.string(),
  model: z.string(),
  provider: z.string(),
  promptHash: z.string().nullable(),
  toolsHash: z.string().nullable(),
  codeVersion: z.string().nullable(),
  createdAt: time,
  current: z.boolean(),
});
export type VersionDto = z.infer<typeof versionDto>;

const lastDecision = z.object({ id: z.string(), at: time, outcome: z.string(), tool: z.string().nullable() });

const agentRow = z.object({
  id: z.string(),
  name: z.string(),
  owner: personRef,
  tier: tierKey,
  status: agentStatus,
  environment,
  riskClass,
  createdAt: time,
  lastDecision: lastDecision.nullable(),
  openApprovals: z.int(),
  sample: z.boolean(),
});
export type AgentRow = z.infer<typeof agentRow>;

export const agentPage = z.object({ items: z.array(agentRow), nextCursor: z.string().nullable() });

const transferDto = z.object({
  id: z.string(),
  agent: z.object({
    id: z.string(),
    name: z.string(),
    purpose: z.string(),
    tier: tierKey,
    environment,
    riskClass,
    status: agentStatus,
  }),
  from: personRef,
  to: personRef,
  reason: z.string(),
  status: z.enum(["pending", "accepted", "declined", "cancelled"]),
  createdAt: time,
  decidedAt: time.nullable(),
});
export type TransferDto = z.infer<typeof transferDto>;

export const agentDetail = z.object({
  id: z.string(),
  name: z.string(),
  purpose: z.string(),
  ownerEmail: z.string(),
  backupOwnerEmail: z.string().nullable(),
  owner: personRef,
  backupOwner: personRef.nullable(),
  environment,
  riskClass,
  tier: tierKey,
  mandate,
  /** Names this mandate, so that a change can say which one it began from. */
  mandateHash: z.string(),
  status: agentStatus,
  statusReason: z.string().nullable(),
  /** Suspended by a stop: only somebody who may change any agent resumes it. */
  stopped: z.boolean(),
  echoMode,
  maxInstances: z.int().nullable(),
  version: versionDto.nullable(),
  createdAt: time,
  updatedAt: time,
  activatedAt: time.nullable(),
  suspendedAt: time.nullable(),
  retiredAt: time.nullable(),
  openApprovals: z.int(),
  pendingTransfer: transferDto.nullable(),
  sample: z.boolean(),
  /** What the caller may do with this agent. */
  may: z.object({ change: z.boolean(), credentials: z.boolean(), stop: z.boolean(), resume: z.boolean() }),
});
export type AgentDetail = z.infer<typeof agentDetail>;

const credentialStates = ["active", "overlap", "expired", "revoked"] as const;

export const credentialDto = z.object({
  id: z.string(),
  type: z.string(),
  /** `overlap`: rotated, and still accepted until `expiresAt`. */
  state: z.enum(credentialStates),
  createdAt: time,
  expiresAt: time.nullable(),
  revokedAt: time.nullable(),
  rotatedToId: z.string().nullable(),
  lastUsedAt: time.nullable(),
  calls: z.int(),
});
export type CredentialDto = z.infer<typeof credentialDto>;

/** Answered once, when the secret is made. */
export const issuedCredential = z.object({ id: z.string(), secret: z.string(), expiresAt: time });
export type IssuedCredential = z.infer<typeof issuedCredential>;

export const created = z.object({ id: z.string() });
export const answered = z.object({ agentId: z.string() });
export const versionCreated = z.object({ id: z.string(), number: z.int() });
export const versionPage = z.object({ items: z.array(versionDto), nextCursor: z.null() });
export const credentialPage = z.object({ items: z.array(credentialDto), nextCursor: z.null() });

export const agentPath = z.strictObject({ id: agentId });
export const credentialPath = z.strictObject({ id: credentialId });
export const transferPath = z.strictObject({ id: transferId });
export const versionPath = z.strictObject({ id: agentId, version: versionKey });

export const stopResult = z.object({
  stopped: z.array(z.object({ id: z.string(), name: z.string() })),
  approvalsVoided: z.int(),
});
export type StopResult = z.infer<typeof stopResult>;

export type AgentDecision = {
  id: string;
  at: string;
  outcome: string;
  tool: string | null;
  effect: string | null;
  codes: string[];
  sample: boolean;
};
