// From rows to series: which buckets a period has, what is in each, and what is not known. Pure; all times UTC.
// A gap is not a zero: where nothing can be known (before the log began, or not projected yet) a bucket holds null.
import type { OutcomeBucket, Overview, Range } from "./schema";

export type Period = {
  unit: "hour" | "day" /** Start of each bucket, oldest first; the last one holds `now`. */;
  starts: Date[];
};

const size = { hour: 3_600_000, day: 86_400_000 } as const;
const shapes: Record<Range, { unit: "hour" | "day"; count: number }> = {
  "24h": { unit: "hour", count: 24 },
  "7d": { unit: "day", count: 7 },
  "30d": { unit: "day", count: 30 },
};

/** The buckets of a period that ends now. The last bucket is not over yet. */
export function periodOf(range: Range, now: Date): Period {
  const { unit, count } = shapes[range];
  const last = Math.floor(now.getTime() / size[unit]) * size[unit];
  return { unit, starts: Array.from({ length: count }, (_, at) => new Date(last - (count - 1 - at) * size[unit])) };
}

/** Midnight before `now`. */
export function midnightBefore(now: Date): Date {
  return new Date(Math.floor(now.getTime() / size.day) * size.day);
}

export type OutcomeRow = { at: Date; outcome: string; count: number };

/**
 * One bucket for each start.
 * @param rows  counts at the start of an hour or day inside the period; other outcomes than the three are left out
 * @param known what can be known: from the first entry of the log (null: it has none) to the newest that is projected
 */
export function fillBuckets(
  { unit, starts }: Period,
  rows: readonly OutcomeRow[],
  known: { from: Date | null; until: Date },
): OutcomeBucket[] {
  const buckets = starts.map((start): OutcomeBucket => {
    const isKnown = known.from !== null && start.getTime() + size[unit] > known.from.getTime() && start <= known.until;
    const none = isKnown ? 0 : null;
    return { at: start.toISOString(), allow: none, approval_required: none, deny: none };
  });
  const first = starts[0]?.getTime() ?? 0;
  for (const { at, outcome, count } of rows) {
    const bucket = buckets[Math.floor((at.getTime() - first) / size[unit])];
    if (!bucket || at.getTime() < first || !isOutcome(outcome)) continue;
    // What was counted is known, whatever the bounds say.
    bucket.allow ??= 0;
    bucket.approval_required ??= 0;
    bucket.deny ??= 0;
    bucket[outcome] = (bucket[outcome] ?? 0) + count;
  }
  return buckets;
}

/** Sums of all rows at or after `since`. */
export function totalOf(rows: readonly OutcomeRow[], since: Date): Overview["total"] {
  const total = { allow: 0, approval_required: 0, deny: 0 };
  for (const { at, outcome, count } of rows) if (at >= since && isOutcome(outcome)) total[outcome] += count;
  return total;
}

function isOutcome(outcome: string): outcome is "allow" | "approval_required" | "deny" {
  return outcome === "allow" || outcome === "approval_required" || outcome === "deny";
}

const minute = 60_000;
const bands: readonly { label: string; below: number }[] = [
  { label: "to 15 min", below: 15 * minute },
  { label: "to 1 h", below: 60 * minute },
  { label: "to 4 h", below: 240 * minute },
  { label: "to 24 h", below: 1440 * minute },
  { label: "longer", below: Number.POSITIVE_INFINITY },
];

/** How long each has waited, in bands; every band is there, empty ones too. */
export function ageBands(since: readonly Date[], now: Date): { label: string; count: number }[] {
  return bands.map(({ label, below }, at) => {
    const above = bands[at - 1]?.below ?? Number.NEGATIVE_INFINITY;
    return {
      label,
      count: since.filter((each) => now.getTime() - each.getTime() >= above && now.getTime() - each.getTime() < below)
        .length,
    };
  });
}

const statuses = ["draft", "active", "suspended", "retired"] as const;

/** One row for each tier that exists, in the order given, also when no agent is in it. */
export function agentsByTier(
  tiers: readonly string[],
  rows: readonly { tier: string; status: string; count: number }[],
): NonNullable<Overview["agents"]> {
  const known = [...new Set([...tiers, ...rows.map((row) => row.tier)])];
  return known.map((tier) => {
    const of = (status: string) =>
      rows.filter((row) => row.tier === tier && row.status === status).reduce((sum, row) => sum + row.count, 0);
    const [draft, active, suspended, retired] = statuses.map(of);
    return { tier, draft: draft ?? 0, active: active ?? 0, suspended: suspended ?? 0, retired: retired ?? 0 };
  });
}
