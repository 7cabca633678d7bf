// Counters of this process in Prometheus text form 0.0.4. Names carry their unit; labels never carry content.

type Labels = Record<string, string>;
const counters = new Map<string, { help: string; values: Map<string, number> }>();

const buckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5];
const latency = { counts: new Array<number>(buckets.length + 1).fill(0), sum: 0 };

/** Adds to a counter. */
export function count(name: string, help: string, labels: Labels = {}, by = 1): void {
  let counter = counters.get(name);
  if (!counter) {
    counter = { help, values: new Map() };
    counters.set(name, counter);
  }
  const key = Object.entries(labels)
    .map(([label, value]) => `${label}="${value.replaceAll(/["\\\n]/g, "_")}"`)
    .join(",");
  counter.values.set(key, (counter.values.get(key) ?? 0) + by);
}

/** Records how long a decision took, seconds. */
export function observeDecision(seconds: number): void {
  let at = 0;
  while (at < buckets.length && seconds > (buckets[at] as number)) at++;
  latency.counts[at] = (latency.counts[at] ?? 0) + 1;
  latency.sum += seconds;
}

/** Everything, with gauges that are read now. */
export function renderMetrics(gauges: Record<string, { help: string; value: number }>): string {
  const lines: string[] = [];
  for (const [name, { help, values }] of counters) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} counter`);
    for (const [labels, value] of values) lines.push(`${name}${labels ? `{${labels}}` : ""} ${value}`);
  }
  lines.push(
    "# HELP countersign_decision_seconds time from the request read to the answer",
    "# TYPE countersign_decision_seconds histogram",
  );
  let total = 0;
  buckets.forEach((bucket, at) => {
    total += latency.counts[at] ?? 0;
    lines.push(`countersign_decision_seconds_bucket{le="${bucket}"} ${total}`);
  });
  total += latency.counts[buckets.length] ?? 0;
  lines.push(
    `countersign_decision_seconds_bucket{le="+Inf"} ${total}`,
    `countersign_decision_seconds_sum ${latency.sum}`,
    `countersign_decision_seconds_count ${total}`,
  );
  for (const [name, { help, value }] of Object.entries(gauges))
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${value}`);
  return `${lines.join("\n")}\n`;
}
