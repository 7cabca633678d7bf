import { randomUUID } from "node:crypto";
import { Agent, request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { RecordedCall } from "./recorded-calls";

/** A receipt as the wire carries it; `verify-answers.ts` says which members are signed. */
export type Receipt = {
  entryId: string;
  agent: string;
  lane: number;
  seq: number;
  prev: string;
  leaf: string;
  outcome: string;
  actionDigest: string;
  path: string[];
  keyId: string;
  signature: string;
  [member: string]: unknown;
};

export type Decision = {
  id: string;
  outcome: "allow" | "deny" | "approval_required";
  reasons: { code: string; layer: string; message: string }[];
  actionDigest: string;
  receipt: Receipt;
};

/** What became of one call. `problem` says why there is no decision. */
export type Answer = {
  call: RecordedCall;
  agentId: string;
  key: string;
  decision: Decision | null;
  problem: string | null;
  /** Of the request that was answered. */
  milliseconds: number;
};

export type Caller = { id: string; secret: string };

/**
 * Asks for every call over HTTP, as the runtime of its agent would: one call of a session after the other, `concurrency` sessions at
 * a time, an idempotency key and the last receipt with each, and again with the same key when the server could not record.
 * @returns answers in the order of `calls`
 */
export async function askAll(
  url: string,
  calls: readonly RecordedCall[],
  callerOf: (call: RecordedCall) => Caller,
  concurrency: number,
): Promise<Answer[]> {
  const run = randomUUID().replaceAll("-", "").slice(0, 12);
  const connections = new Agent({ keepAlive: true, maxSockets: concurrency });
  const answers: Answer[] = new Array(calls.length);
  const sessions = [...Map.groupBy(calls.keys(), (index) => calls[index]?.session).values()];
  const work = async () => {
    for (let session = sessions.shift(); session; session = sessions.shift()) {
      // One instance per session: a process of the agent that starts, works through its task and ends.
      const instance = `replay-${run}-${session[0]}`;
      let lastReceipt: object | undefined;
      for (const [n, index] of session.entries()) {
        const call = calls[index] as RecordedCall;
        const caller = callerOf(call);
        const key = `replay-${run}-${String(index).padStart(6, "0")}`;
        const body = {
          tool: call.tool,
          arguments: call.arguments,
          ...(call.goal ? { reasoning: call.goal } : {}),
          context: { instanceId: instance, sessionId: `${run}/${call.session}` },
          ...(lastReceipt ? { lastReceipt: { ...lastReceipt, n } } : {}),
        };
        const answer = await askUntilRecorded(connections, url, caller.secret, key, JSON.stringify(body));
        answers[index] = { call, agentId: caller.id, key, ...answer };
        const receipt = answer.decision?.receipt;
        if (receipt) lastReceipt = { lane: receipt.lane, seq: receipt.seq, leaf: receipt.leaf };
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  connections.destroy();
  return answers;
}

type Asked = Pick<Answer, "decision" | "problem" | "milliseconds">;

async function askUntilRecorded(
  connections: Agent,
  url: string,
  secret: string,
  key: string,
  body: string,
): Promise<Asked> {
  for (let attempt = 1; ; attempt++) {
    const answer = await ask(connections, url, secret, key, body);
    const again = answer.status === 0 || answer.status === 429 || answer.status === 503;
    if (!again || attempt === 4) return answer;
    await pause(200 * 2 ** attempt);
  }
}

function ask(
  connections: Agent,
  url: string,
  secret: string,
  key: string,
  body: string,
): Promise<Asked & { status: number }> {
  return new Promise((settle) => {
    const started = performance.now();
    const end = (status: number, text: string) => {
      const milliseconds = performance.now() - started;
      const decision = status === 200 ? (JSON.parse(text) as Decision) : null;
      settle({
        status,
        decision,
        problem: decision ? null : `${status || "no answer"} ${text.slice(0, 500)}`,
        milliseconds,
      });
    };
    const headers = {
      authorization: `Bearer ${secret}`,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "idempotency-key": key,
    };
    const outgoing = request(
      new URL("/api/v1/decisions", url),
      { method: "POST", agent: connections, headers, timeout: 10_000 },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk) => (text += chunk));
        answer.on("end", () => end(answer.statusCode ?? 0, text));
        answer.on("error", (error) => end(0, error.message));
      },
    );
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in 10 s")));
    outgoing.on("error", (error) => end(0, error.message));
    outgoing.end(body);
  });
}
