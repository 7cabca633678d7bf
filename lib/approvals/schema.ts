import { z } from "zod";
import { passkeySignature } from "@/lib/auth/schema";
import { effectClass } from "@/lib/policy/schema";
import { paragraph } from "@/lib/text";
import { approvalStatuses, stakes, verdicts } from "./state";

/** Shapes of approvals on the wire, in forms and in the URL of the inbox. */

export const approvalId = z.string().regex(/^apr_[0-9a-hjkmnp-tv-z]{18}$/, "an approval id starts with `apr_`");
export const sha256 = z.string().regex(/^sha256:[0-9a-f]{64}$/, "a digest is `sha256:` and 64 hex digits");

export const approvalParams = z.strictObject({ id: approvalId });

/** A verdict with the digest of the card it was given on. A denial says why. */
export const voteInput = z
  .strictObject({
    verdict: z.enum(verdicts),
    comment: z.string().trim().max(2000, "keep the comment under 2,000 characters").optional(),
    seenDigest: sha256,
    /** Where the rule asks for it: the passkey's answer to the challenge made for this request. */
    passkey: passkeySignature.optional(),
  })
  .refine((vote) => vote.verdict === "approve" || (vote.comment ?? "") !== "", {
    path: ["comment"],
    message: "say why you deny it; the owner and the log keep the reason",
  });
export type VoteInput = z.infer<typeof voteInput>;

/** As the URL writes an order: `-` turns it round. Amounts of different currencies are compared as numbers only; risk is that of `risk.ts`. */
export const sorts = [
  "deadline",
  "-deadline",
  "risk",
  "-risk",
  "amount",
  "-amount",
  "requestedAt",
  "-requestedAt",
] as const;
export type InboxSort = (typeof sorts)[number];

const filterShape = {
  status: z.enum([...approvalStatuses, "all"]).default("pending"),
  /** Part of a tool, agent, owner or recipient name, or of an id. */
  q: z.string().max(200).optional(),
  agent: z.string().max(64).optional(),
  tool: z.string().max(128).optional(),
  group: z.string().max(64).optional(),
  /** `true`: only what I can decide now. */
  mine: z.stringbool().default(false),
  sort: z.enum(sorts).default("deadline"),
};

export const inboxFilter = z.strictObject(filterShape);
export type InboxFilter = z.infer<typeof inboxFilter>;

export const inboxQuery = z.strictObject({
  ...filterShape,
  cursor: z.string().max(512).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type InboxQuery = z.infer<typeof inboxQuery>;

/** A view as search parameters, without what is default. */
export function inboxToUrl(query: Partial<InboxQuery>): string {
  const plain: Record<string, unknown> = inboxQuery.parse({});
  const given = Object.entries(query).filter(([name, value]) => value !== undefined && value !== plain[name]);
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
}

const time = z.iso.datetime();
const party = z.object({ id: z.string(), name: z.string() });

/** Why the caller cannot vote; `no_permission` and `token_cannot_vote` are about the caller, the rest about caller and request. */
export const cannotVote = z.enum([
  "no_permission",
  "token_cannot_vote",
  "already_decided",
  "expired",
  ...stakes,
  "not_eligible",
  "already_reviewed",
]);
export type CannotVote = z.infer<typeof cannotVote>;

export const approvalSummary = z.object({
  id: approvalId,
  status: z.enum(approvalStatuses),
  tool: z.string(),
  effect: effectClass,
  reversible: z.boolean(),
  agent: party,
  owner: party,
  /** Decimal; null when the tool has none, or when it was erased. */
  amount: z.string().nullable(),
  currency: z.string().nullable(),
  recipient: z.string().nullable(),
  resource: z.string().nullable(),
  codes: z.array(z.string()),
  groups: z.array(z.string()),
  stepUp: z.boolean(),
  granted: z.int(),
  required: z.int(),
  requestedAt: time,
  dueAt: time.nullable(),
  expiresAt: time,
  decidedAt: time.nullable(),
  sample: z.boolean(),
  canVote: z.boolean(),
  /** Comments of the other side that the caller's side has not answered. */
  questions: z.int(),
});
export type ApprovalSummary = z.infer<typeof approvalSummary>;

const side = z.enum(["owner", "approver"]);

/** A question or an answer on a request. */
export const commentInput = z.strictObject({ text: paragraph(2000) });
export type CommentInput = z.infer<typeof commentInput>;

export const approvalComment = z.object({ id: z.string(), person: party, side, text: z.string(), at: time });
export type ApprovalComment = z.infer<typeof approvalComment>;

export const approvalThread = z.object({
  items: z.array(approvalComment),
  /** On whose side the caller may comment now; null when they may not. */
  mySide: side.nullable(),
});
export type ApprovalThread = z.infer<typeof approvalThread>;

export const approvalPage = z.object({
  items: z.array(approvalSummary),
  nextCursor: z.string().nullable(),
  total: z.int(),
});
export type ApprovalPage = z.infer<typeof approvalPage>;

/** Part of a long text: how many characters stand before and after it. */
const excerpt = z.object({ skipped: z.int(), text: z.string(), left: z.int() });
export type Excerpt = z.infer<typeof excerpt>;

/** One argument that differs from the action approved last: its JSON pointer, and both values as canonical JSON. */
const change = z.object({
  path: z.string(),
  kind: z.enum(["changed", "added", "removed"]),
  before: excerpt.nullable(),
  after: excerpt.nullable(),
});
export type Change = z.infer<typeof change>;

/** What is unusual, against what was approved and done before the request was made. */
export const unusual = z.object({
  /** The last approved action of the same agent with the same tool; null when there is none that every reader may know of. */
  similar: z
    .object({
      approvalId,
      decisionId: z.string(),
      decidedAt: time,
      redeemed: z.boolean(),
      content: z.enum(["readable", "erased", "altered"]),
      /** How many times the amount approved last; null when equal or not comparable. */
      amountTimes: z.string().nullable(),
      changes: z.array(change),
      moreChanges: z.int(),
    })
    .nullable(),
  firstUseOfTool: z.boolean(),
  /** Recipients this agent has never acted on; `inOrganization`: no agent has. */
  newRecipients: z.array(z.object({ recipient: z.string(), inOrganization: z.boolean() })),
  uncheckedRecipients: z.int(),
  /** Approved amounts of the same agent, tool and currency. */
  amounts: z
    .object({
      count: z.int(),
      least: z.string(),
      most: z.string(),
      currency: z.string().nullable(),
      position: z.enum(["below", "within", "above"]).nullable(),
    })
    .nullable(),
});
export type Unusual = z.infer<typeof unusual>;

/** Exactly what a person is shown before deciding; its digest is stored with the vote. Every member is text or a list of text, so nothing is lost on the way to the screen. */
export const card = z.object({
  version: z.literal(2),
  approvalId,
  decisionId: z.string(),
  requestedAt: time,
  expiresAt: time,
  tool: z.string(),
  toolDescription: z.string().nullable(),
  effect: z.string(),
  reversible: z.boolean(),
  agent: z.object({ id: z.string(), name: z.string(), environment: z.string(), riskClass: z.string() }),
  owner: party,
  amount: z.string().nullable(),
  currency: z.string().nullable(),
  recipients: z.array(z.string()),
  targets: z.array(z.string()),
  /** Null when the content is not readable. */
  unusual: unusual.nullable(),
  /** `erased`: the content was deleted by a retention rule. `altered`: it is not what the log committed to. Neither can be approved. */
  content: z.enum(["readable", "erased", "altered"]),
  /** Canonical JSON (RFC 8785) of the arguments; null when the content is not readable. */
  arguments: z.string().nullable(),
  resource: z.string().nullable(),
  context: z.string().nullable(),
  reasoning: z.array(z.string()),
  findings: z.array(
    z.object({ layer: z.string(), ruleId: z.string(), effect: z.string(), code: z.string(), message: z.string() }),
  ),
  quorum: z.int(),
  groups: z.array(z.string()),
  actionDigest: sha256,
  policyHash: z.string(),
});
export type Card = z.infer<typeof card>;

export const shownCardParams = z.strictObject({ id: approvalId, digest: sha256 });

/** A card as it was when votes were cast on it; null when what it was made of is gone. */
export type ShownCard = {
  card: Card | null;
  digest: string;
  tool: string;
  effect: ApprovalSummary["effect"];
  reversible: boolean;
  resource: string | null;
  votes: { name: string; verdict: (typeof verdicts)[number]; at: string }[];
};

export const approvalDetail = approvalSummary.extend({
  decisionId: z.string(),
  actionDigest: sha256,
  policyHash: z.string(),
  statusReason: z.string().nullable(),
  consumedAt: time.nullable(),
  redeemedBy: z.string().nullable(),
  missingGroups: z.array(z.string()),
  /** The card and its digest; null when the caller may know of the request but not read its content. */
  card: card.nullable(),
  seenDigest: sha256.nullable(),
  cannotVote: cannotVote.nullable(),
  /** A sentence for `cannotVote`. */
  cannotVoteBecause: z.string().nullable(),
  votes: z.array(
    z.object({
      person: party,
      verdict: z.enum(verdicts),
      comment: z.string().nullable(),
      groups: z.array(z.string()),
      seenDigest: z.string(),
      via: z.string(),
      /** Whether a passkey signed it. */
      signed: z.boolean(),
      at: time,
    }),
  ),
  /** Who can still decide: active people with the permission, of the groups asked for, without a stake; at most 50. */
  mayVote: z.array(party.extend({ groups: z.array(z.string()) })),
});
export type ApprovalDetail = z.infer<typeof approvalDetail>;

export const voteResult = z.object({
  id: approvalId,
  status: z.enum(approvalStatuses),
  granted: z.int(),
  required: z.int(),
  missingGroups: z.array(z.string()),
});
export type VoteResult = z.infer<typeof voteResult>;
