// Recorded tool calls: one JSON object per line, as the benchmarks' authors or a recorder wrote them. Reads shapes, knows no server.

/** A call that an agent made, or should have made. */
export type RecordedCall = {
  /** The data set, for example `agentdojo`. */
  source: string;
  suite: string;
  /** `injection`: the call serves an attacker's goal. Where a set does not say, every call is a user's. */
  kind: "user" | "injection";
  /** One task or run: its calls follow one another. */
  session: string;
  /** The task, over all its runs. */
  task: string;
  seq: number;
  tool: string;
  arguments: { [name: string]: unknown };
  /** The instruction that the call serves, where the set has it. */
  goal: string | undefined;
};

/**
 * @param text a whole file of JSON lines
 * @throws Error naming the line that is not a call
 */
export function readRecordedCalls(text: string): RecordedCall[] {
  const spelled = new Map<string, string>();
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    const { call, given } = readCall(line, index + 1);
    const other = spelled.get(call.tool) ?? given;
    if (other !== given) throw new Error(`line ${index + 1}: \`${given}\` and \`${other}\` would become one tool name`);
    spelled.set(call.tool, given);
    return [call];
  });
}

function readCall(line: string, number: number): { call: RecordedCall; given: string } {
  const fail = (what: string) => new Error(`line ${number} is not a recorded call: ${what}`);
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(line) as Record<string, unknown>;
  } catch {
    throw fail("it is not JSON");
  }
  const text = (name: string) => {
    if (typeof value[name] !== "string" || value[name] === "") throw fail(`\`${name}\` is missing`);
    return value[name] as string;
  };
  const args = value.args;
  if (typeof args !== "object" || args === null || Array.isArray(args)) throw fail("`args` is not an object");
  if (value.kind !== undefined && value.kind !== "user" && value.kind !== "injection")
    throw fail("`kind` is neither `user` nor `injection`");
  const task = String(value.task ?? "");
  const suite = text("suite");
  const given = text("tool");
  const call: RecordedCall = {
    source: text("source"),
    suite,
    kind: value.kind ?? "user",
    session: [suite, value.kind ?? "user", task, value.trial].filter((part) => part !== undefined).join("/"),
    task,
    seq: Number(value.seq),
    tool: toolNameOf(given),
    arguments: args as RecordedCall["arguments"],
    goal: typeof value.goal === "string" ? value.goal : undefined,
  };
  return { call, given };
}

/** Tool names here have no capitals: `displayCarStatus` is registered, and called, as `display_car_status`. */
export function toolNameOf(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}
