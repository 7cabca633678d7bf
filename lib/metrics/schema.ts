import { z } from "zod";

/** What the overview says. Every number is of what its reader may see, and has a list behind it. */

export const ranges = ["24h", "7d", "30d"] as const;
export type Range = (typeof ranges)[number];

export const overviewQuery = z.strictObject({ range: z.enum(ranges).default("24h") });

const time = z.iso.datetime();
const counts = z.object({ allow: z.int(), approval_required: z.int(), deny: z.int() });

/** All three are null where nothing is known: before the log began, and where the projections have not arrived yet. */
export const outcomeBucket = z.object({
  at: time,
  allow: z.int().nullable(),
  approval_required: z.int().nullable(),
  deny: z.int().nullable(),
});
export type OutcomeBucket = z.output<typeof outcomeBucket>;

const named = z.object({ id: z.string(), label: z.string(), detail: z.string().nullable(), href: z.string() });

export const problemKinds = [
  "incident",
  "owner_missing",
  "no_credential",
  "credential_expiring",
  "unsanctioned",
] as const;

/** Something that wants a person. `first` are the most pressing; `count` is all of them. */
export const problem = z.object({
  kind: z.enum(problemKinds),
  count: z.int(),
  href: z.string(),
  first: z.array(named),
});
export type Problem = z.output<typeof problem>;

export const overview = z.object({
  now: time,
  range: z.enum(ranges),
  /** First moment of the series. */
  from: time,
  unit: z.enum(["hour", "day"]),
  buckets: z.array(outcomeBucket),
  total: counts,
  /** Since midnight UTC. */
  today: counts,
  midnight: time,
  /** Null when the reader may not see requests. */
  approvals: z
    .object({
      waiting: z.int(),
      mine: z.int(),
      overdue: z.int(),
      oldestAt: time.nullable(),
      ages: z.array(z.object({ label: z.string(), count: z.int() })),
    })
    .nullable(),
  /** Null when the reader may not see agents. */
  agents: z
    .array(z.object({ tier: z.string(), draft: z.int(), active: z.int(), suspended: z.int(), retired: z.int() }))
    .nullable(),
  refused: z.array(z.object({ tool: z.string(), count: z.int() })),
  problems: z.array(problem),
  log: z.object({
    /** Entries in the newest signed tree; null before the first is signed. */
    signed: z.object({ size: z.int(), at: time }).nullable(),
    /** Entries that are in no tree yet. */
    waiting: z.int(),
    /** What is wrong, in a sentence. */
    fault: z.string().nullable(),
    /** When each witness last saw the log; null where it never did. */
    outside: z.array(z.object({ name: z.string(), at: time.nullable() })),
  }),
  /** Seconds that the numbers are behind the log. */
  lagSeconds: z.number(),
  /** Whether only the reader's own agents are counted. */
  own: z.boolean(),
  /** Whether the reader may open the log behind the numbers. */
  mayExplore: z.boolean(),
});
export type Overview = z.output<typeof overview>;
