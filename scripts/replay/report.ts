// Turns answers into tables. Pure.
import type { Outcome } from "@/lib/policy/types";
import type { Answer } from "./ask";
import type { Catalogue } from "./catalogues";
import type { RecordedCall } from "./recorded-calls";
import type { Verification } from "./verify-answers";

type Counts = { calls: number; allow: number; approval: number; deny: number };

export type Summary = {
  source: string;
  calls: number;
  answered: number;
  verified: number;
  /** Calls of an attacker with a side effect that were allowed: must be 0. */
  injectionsAllowed: number;
  tools: ({ suite: string; kind: string; tool: string; effect: string } & Counts)[];
  matrix: ({ kind: string; effect: "read" | "side effect" } & Counts)[];
  /** The same under mandates that never saw the task. */
  unseen: ({ kind: string; effect: "read" | "side effect" } & Counts)[];
  /** Why side-effecting user calls did not pass alone: gravest reason → calls. */
  heldBecause: { code: string; calls: number }[];
  /** Questions to a person per 100 sessions. */
  approvalsPer100Sessions: number;
  callsPerSecond: number;
  milliseconds: { p50: number; p95: number; p99: number };
  verification: Verification;
  problems: string[];
};

export function summarize(
  answers: readonly Answer[],
  catalogue: Catalogue,
  verification: Verification,
  unseen: readonly { call: RecordedCall; outcome: Outcome }[],
  seconds: number,
): Summary {
  const effectOf = (call: RecordedCall) => catalogue.tools[call.tool]?.effect ?? "unknown";
  const sideOf = (call: RecordedCall) => (effectOf(call) === "read" ? ("read" as const) : ("side effect" as const));
  const judged = answers.map(({ call, decision }) => ({ call, outcome: decision?.outcome }));
  const matrixOf = (all: readonly { call: RecordedCall; outcome: Outcome | undefined }[]) =>
    [...Map.groupBy(all, ({ call }) => `${call.kind}|${sideOf(call)}`)]
      .sort(([one], [other]) => (one < other ? 1 : -1))
      .map(([, some]) => {
        const { call } = some[0] as (typeof some)[number];
        return { kind: call.kind, effect: sideOf(call), ...countsOf(some) };
      });

  const tools = [...Map.groupBy(judged, ({ call }) => `${call.suite}|${call.kind}|${call.tool}`)].sort(
    ([one], [other]) => (one < other ? -1 : 1),
  );
  const held = answers.filter(
    ({ call, decision }) =>
      call.kind === "user" && sideOf(call) === "side effect" && decision && decision.outcome !== "allow",
  );
  const times = answers
    .filter(({ decision }) => decision)
    .map(({ milliseconds }) => milliseconds)
    .sort((one, other) => one - other);
  const sessions = new Set(answers.map(({ call }) => call.session)).size;
  const approvals = answers.filter(({ decision }) => decision?.outcome === "approval_required").length;
  return {
    source: catalogue.source,
    calls: answers.length,
    answered: times.length,
    verified: verification.verified,
    injectionsAllowed: judged.filter(
      ({ call, outcome }) => call.kind === "injection" && sideOf(call) === "side effect" && outcome === "allow",
    ).length,
    tools: tools.map(([, some]) => {
      const { call } = some[0] as (typeof some)[number];
      return { suite: call.suite, kind: call.kind, tool: call.tool, effect: effectOf(call), ...countsOf(some) };
    }),
    matrix: matrixOf(judged),
    unseen: matrixOf(unseen),
    heldBecause: [...Map.groupBy(held, ({ decision }) => decision?.reasons[0]?.code ?? "")]
      .map(([code, some]) => ({ code, calls: some.length }))
      .sort((one, other) => other.calls - one.calls),
    approvalsPer100Sessions: (100 * approvals) / sessions,
    callsPerSecond: times.length / seconds,
    milliseconds: { p50: percentile(times, 0.5), p95: percentile(times, 0.95), p99: percentile(times, 0.99) },
    verification,
    problems: answers.flatMap(({ call, problem }) =>
      problem ? [`${call.session} ${call.seq} ${call.tool}: ${problem}`] : [],
    ),
  };
}

function countsOf(all: readonly { outcome: Outcome | undefined }[]): Counts {
  const of = (wanted: Outcome) => all.filter(({ outcome }) => outcome === wanted).length;
  return { calls: all.length, allow: of("allow"), approval: of("approval_required"), deny: of("deny") };
}

/** Nearest rank. @param sorted ascending */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** The summary for people. */
export function describeReplay(summary: Summary): string {
  const counts = (row: Counts) => [row.calls, row.allow, row.approval, row.deny].map(String);
  const share = (row: Counts) => `${((100 * row.allow) / row.calls).toFixed(1)} %`;
  const matrix = (rows: Summary["matrix"]) => [
    ["", "calls", "allow", "approval", "deny", "allowed"],
    ...rows.map((row) => [`${row.kind}, ${row.effect}`, ...counts(row), share(row)]),
  ];
  const { milliseconds, verification } = summary;
  const alone = summary.matrix.find(({ kind, effect }) => kind === "user" && effect === "side effect");
  return [
    "",
    table(
      [
        ["suite", "kind", "tool", "effect", "calls", "allow", "approval", "deny"],
        ...summary.tools.map((row) => [row.suite, row.kind, row.tool, row.effect, ...counts(row)]),
      ],
      4,
    ),
    "",
    "Outcomes",
    table(matrix(summary.matrix), 1),
    ...(alone
      ? [
          "",
          `${alone.allow} of ${alone.calls} side-effecting user calls passed without a person; the others, by the gravest reason:`,
        ]
      : []),
    ...summary.heldBecause.map(({ code, calls }) => `  ${String(calls).padStart(4)}  ${code}`),
    `${summary.approvalsPer100Sessions.toFixed(1)} questions to a person per 100 sessions`,
    "",
    "The same policy with mandates that never saw the task (each task left out in turn; judged in this process, not logged)",
    table(matrix(summary.unseen), 1),
    "",
    `${summary.callsPerSecond.toFixed(0)} calls a second; ms per call: p50 ${milliseconds.p50.toFixed(1)}, p95 ${milliseconds.p95.toFixed(1)}, p99 ${milliseconds.p99.toFixed(1)}`,
    `${verification.receiptsSigned} receipts signed by the log's key, ${verification.inLogOnce} decisions in the log exactly once`,
    ...verification.lanes.map(
      ({ lane, from, to, intact }) => `lane ${lane}, entries ${from} to ${to}: ${intact ? "intact" : "BROKEN"}`,
    ),
    ...[...summary.problems, ...verification.faults].slice(0, 20).map((line) => `! ${line}`),
    "",
    ...(summary.matrix.some(({ kind }) => kind === "injection")
      ? [`${summary.injectionsAllowed} side-effecting injection calls allowed`]
      : []),
  ].join("\n");
}

/** Aligned columns: the first `left` to the left, the rest to the right. */
function table(rows: readonly (readonly string[])[], left: number): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column < left ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
