import { z } from "zod";
import { cursorOf, decodeCursor } from "@/lib/cursor";
import { paragraph } from "@/lib/text";

/** Shapes of incidents: what was found, how grave it is, and how it ended. */

export const severities = ["low", "medium", "high"] as const;
export type Severity = (typeof severities)[number];

export const incidentStatuses = ["open", "closed"] as const;

/** Kinds that the program opens by itself, with what each means to a reader and how grave it is unless said otherwise. */
export const incidentKinds = {
  clone: { word: "Credential in two places", severity: "high" },
  log_rolled_back: { word: "Log lost entries", severity: "high" },
  outcome_mismatch: { word: "Another action was carried out", severity: "high" },
  identity_mismatch: { word: "Identity mismatch", severity: "medium" },
} as const satisfies Record<string, { word: string; severity: Severity }>;
export type IncidentKind = keyof typeof incidentKinds;

/** A kind for people. Kinds of later versions keep their own name. */
export function incidentWord(kind: string): string {
  const known = (incidentKinds as Record<string, { word: string }>)[kind];
  return known?.word ?? kind.replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase());
}

export const incidentId = z
  .string()
  .regex(/^inc_[0-9a-hjkmnp-tv-z]{26}$/, "an incident id looks like `inc_` and 26 characters");

export const incidentParams = z.strictObject({ id: incidentId });

/** Time and id of the last incident shown. */
function isPlace(cursor: string): boolean {
  const [openedAt = "", id = ""] = decodeCursor(cursor, 2);
  return !Number.isNaN(Date.parse(openedAt)) && incidentId.safeParse(id).success;
}

export const incidentFilter = z.strictObject({
  status: z.enum([...incidentStatuses, "all"]).default("open"),
  severity: z.enum(severities).optional(),
  kind: z
    .string()
    .max(64)
    .regex(/^[a-z_]+$/, "a kind is lower case letters and `_`")
    .optional(),
  agent: z
    .string()
    .max(64)
    .regex(/^agt_[0-9a-z]+$/, "an agent id starts with `agt_`")
    .optional(),
  limit: z.coerce.number<string>().int().min(1).max(200).default(50),
  cursor: cursorOf(2).pipe(z.string().refine(isPlace, "take it from `nextCursor` of the page before")).optional(),
});
export type IncidentFilter = z.output<typeof incidentFilter>;

const time = z.iso.datetime();

export const incidentSummary = z.object({
  id: incidentId,
  kind: z.string(),
  severity: z.enum(severities),
  status: z.enum(incidentStatuses),
  title: z.string(),
  agent: z.object({ id: z.string(), name: z.string(), status: z.string() }).nullable(),
  openedAt: time,
  closedAt: time.nullable(),
});
export type IncidentSummary = z.output<typeof incidentSummary>;

export const incidentPage = z.object({
  items: z.array(incidentSummary),
  nextCursor: z.string().nullable(),
  total: z.int(),
});

export const incidentDetail = incidentSummary.extend({
  details: z.record(z.string(), z.json()),
  /** The log entry it is about. */
  entryId: z.string().nullable(),
  /** The entries that record its opening and its closing. */
  records: z.array(z.object({ id: z.string(), kind: z.string(), at: time })),
  closedBy: z.object({ id: z.string(), name: z.string() }).nullable(),
  closeComment: z.string().nullable(),
});
export type IncidentDetail = z.output<typeof incidentDetail>;

/** Closing says what was found and done; it stays with the incident and in the log. */
export const closeInput = z.strictObject({ comment: paragraph(2000) });
export type CloseInput = z.output<typeof closeInput>;
