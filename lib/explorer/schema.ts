import { z } from "zod";
import { entryKinds } from "@/lib/audit/entry";
import { cursorOf, decodeCursor } from "@/lib/cursor";

/** Shapes of the explorer: what can be asked of the log, and what an entry looks like outside. */

const time = z.iso.datetime();
const day = /^\d{4}-\d{2}-\d{2}$/;

/** A day (UTC) or a time. `to` as a day means its end, so that a range of two days holds both. */
const instant = (end: boolean) =>
  z
    .string()
    .trim()
    .refine(
      (text) => day.test(text) || /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})$/.test(text),
      "a time looks like `2026-01-31` or `2026-01-31T12:00:00Z`",
    )
    .transform((text, context) => {
      const at = new Date(day.test(text) ? `${text}T00:00:00Z` : text);
      if (Number.isNaN(at.getTime()) || (day.test(text) && !at.toISOString().startsWith(text))) {
        context.addIssue({ code: "custom", message: "there is no such day" });
        return z.NEVER;
      }
      return end && day.test(text) ? new Date(at.getTime() + 86_400_000) : at;
    });

export const outcomes = ["allow", "deny", "approval_required"] as const;
/** What a runtime reports of an action it was allowed. */
export const results = ["succeeded", "failed", "skipped", "unknown"] as const;

const withoutNull = /^[^\0]*$/;
const name = z.string().trim().min(1).max(256).regex(withoutNull, "must not contain U+0000");

const filterShape = {
  /** First moment, inclusive. */
  from: instant(false).optional(),
  /** Last moment, exclusive; as a day, the whole of it. */
  to: instant(true).optional(),
  agent: name.optional(),
  tool: name.optional(),
  outcome: z.enum([...outcomes, ...results]).optional(),
  kind: z.enum(entryKinds).optional(),
  /** A reason code. */
  code: name.optional(),
  /** A person id. */
  person: name.optional(),
  /** What the entry is about: an id of a decision, credential, incident … */
  ref: name.optional(),
  approval: name.optional(),
  /** Words in arguments, recipient, resource and reasoning; needs the permission to read content. */
  q: z.string().trim().min(1).max(200).regex(withoutNull, "must not contain U+0000").optional(),
};

/** Time, lane and number of the last entry shown. */
function isPlace(cursor: string): boolean {
  const [at = "", lane = "", seq = ""] = decodeCursor(cursor, 3);
  return !Number.isNaN(Date.parse(at)) && /^\d{1,18}$/.test(lane) && /^\d{1,18}$/.test(seq);
}

export const entryFilter = z.strictObject(filterShape);
export type EntryFilter = z.output<typeof entryFilter>;

export const exportQuery = entryFilter.extend({
  form: z
    .enum(["csv", "ndjson"])
    .default("csv")
    .describe("`ndjson` carries headers and proofs, for `tools/verify.mjs`"),
});

export const entryQuery = z.strictObject({
  ...filterShape,
  limit: z.coerce.number<string>().int().min(1).max(200).default(50),
  cursor: cursorOf(3).pipe(z.string().refine(isPlace, "take it from `nextCursor` of the page before")).optional(),
});
export type EntryQuery = z.output<typeof entryQuery>;

/** What the filters on the screen offer. */
export type Choices = {
  agents: { id: string; name: string }[];
  tools: string[];
  people: { id: string; name: string }[];
  codes: string[];
  /** Whether words in content can be searched for. */
  mayQuery: boolean;
};

const party = z.object({ id: z.string(), name: z.string() });

export const entryRow = z.object({
  /** `dec_…` for a decision, `evt_…` for everything else. */
  id: z.string(),
  kind: z.string(),
  at: time,
  agent: party.nullable(),
  /** Who did it: a person, the system, or a pseudonym whose person was erased. Null for what an agent did. */
  actor: party.nullable(),
  /** Of a decision, or of the action as reported. */
  outcome: z.string().nullable(),
  codes: z.array(z.string()),
  tool: z.string().nullable(),
  effect: z.string().nullable(),
  approvalId: z.string().nullable(),
  ref: z.string().nullable(),
  policyHash: z.string().nullable(),
  /** Stands for a past time in an evaluation organization. */
  sample: z.boolean(),
});
export type EntryRow = z.output<typeof entryRow>;

/** `total` stops at `totalLimit`; then there are more. */
export const entryPage = z.object({
  items: z.array(entryRow),
  nextCursor: z.string().nullable(),
  total: z.int(),
  more: z.boolean(),
});
export type EntryPage = z.output<typeof entryPage>;

/** An entry beside its neighbors in the lane. Hashes are hex. */
export const chainLink = z.object({
  id: z.string(),
  seq: z.int(),
  kind: z.string(),
  leaf: z.string(),
  prev: z.string(),
  /** The stored leaf hash is that of the stored header. */
  hashFits: z.boolean(),
  /** It names the leaf hash of the entry before; null when that one is not in the picture. */
  linkFits: z.boolean().nullable(),
});
export type ChainLink = z.output<typeof chainLink>;

export const entryDetail = entryRow.extend({
  lane: z.int(),
  seq: z.int(),
  /** When it was recorded; differs from `at` for sample data. */
  recordedAt: time,
  origin: z.string(),
  /** Of the policy and registry it was decided under. */
  epoch: z.int(),
  /** Number of the policy version with that hash; null when the entry names none. */
  policyNumber: z.int().nullable(),
  instance: z.string().nullable(),
  actionDigest: z.string().nullable(),
  /** It was sent with an idempotency key, so that a repeated call gets the same answer. */
  idempotent: z.boolean(),
  leaf: z.string(),
  prev: z.string(),
  /** The commitment to its content; null when it has none. */
  commit: z.string().nullable(),
  content: z.enum(["none", "stored", "erased"]),
  /** Whether the caller may open the content. */
  mayOpen: z.boolean(),
  chain: z.array(chainLink),
  /** Later entries that belong to it: votes, redemption, outcome reports, looks at its content. Oldest first, at most 50. */
  related: z.array(entryRow),
});
export type EntryDetail = z.output<typeof entryDetail>;

/** What was opened, as canonical JSON texts, to be shown as data. */
export const entryContent = z.object({
  findings: z.array(
    z.object({
      layer: z.string(),
      ruleId: z.string(),
      effect: z.string(),
      code: z.string(),
      message: z.string(),
      mode: z.string().nullable(),
    }),
  ),
  facts: z.object({
    amount: z.string().nullable(),
    currency: z.string().nullable(),
    recipient: z.string().nullable(),
    resource: z.string().nullable(),
  }),
  reasoning: z.array(z.string()),
  /** Every other field by name: arguments, context, resource, a comment … */
  fields: z.array(z.object({ name: z.string(), json: z.string() })),
});
export type EntryContent = z.output<typeof entryContent>;

export const laneCheck = z.object({
  lane: z.string(),
  kind: z.enum(["process", "console"]),
  closed: z.boolean(),
  entries: z.int(),
  checked: z.int(),
  intact: z.boolean(),
  fault: z
    .object({
      table: z.enum(["entry", "lane"]),
      seq: z.string().nullable(),
      column: z.string(),
      message: z.string(),
    })
    .nullable(),
  milliseconds: z.int(),
  entriesPerSecond: z.int(),
  head: z.string(),
  chain: z.array(chainLink),
});
export type LaneCheckResult = z.output<typeof laneCheck>;

export const entryParams = z.strictObject({
  id: z.string().regex(/^(?:dec|evt)_[0-9a-hjkmnp-tv-z]{18}$/, "an entry id starts with `dec_` or `evt_`"),
});

/** What a browser checks an entry with. Hashes are base64 of 32 bytes. */
export const entryProof = z.object({
  header: z.string().describe("as it is stored; its leaf hash is SHA-256(0x00 ‖ header)"),
  index: z.int(),
  size: z.int().describe("leaves of the checkpoint"),
  leaf: z.string(),
  root: z.string(),
  steps: z
    .array(z.object({ hash: z.string(), from: z.int(), to: z.int() }))
    .describe("siblings from the leaf up, with the leaves [from, to) that each stands for"),
  note: z.string().describe("the signed checkpoint"),
  keys: z.array(z.string()).describe("verifier keys of the log, C2SP signed-note"),
});
export type EntryProof = z.output<typeof entryProof>;

export const consistencyQuery = z.strictObject({
  from: z.coerce.number().pipe(z.int().min(1)),
  to: z.coerce.number().pipe(z.int().min(1)),
});

export const logExportQuery = z.strictObject({
  payloads: z
    .enum(["0", "1"])
    .default("0")
    .describe("1 includes decrypted content; needs `payload:read`, and is an entry of its own"),
});
