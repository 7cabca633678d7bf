import { connect, type Socket } from "node:net";

/**
 * The load generator: keep-alive HTTP/1.1 over raw sockets, one request in flight on each, so that driving costs a few microseconds per
 * request and the same for every program measured. Latencies are kept one by one, so percentiles are exact. A closed loop: a slow
 * answer delays the next question, as with an agent that waits before it acts.
 */
export type Target = {
  port: number;
  /** The next request of one connection, as bytes on the wire in latin1, and the text that a right answer contains. */
  next(connection: number): { request: string; expected: string };
  /** Gets each answer's body; for clients that echo something of it. */
  answered?(connection: number, body: string): void;
};

export type Load = { connections: number; warmSeconds: number; seconds: number };

export type Measured = {
  requests: number;
  requestsPerSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  max: number;
  /** Transport errors, answers that are not 200, and answers that say something else than expected. */
  errors: number;
  firstError: string | null;
  /** Processor time of this generator, microseconds per request. */
  driverMicroseconds: number;
};

/** Drives one target for a while; with `until`, ends as soon as that many requests were answered. */
export async function drive(target: Target, load: Load, until = Number.POSITIVE_INFINITY): Promise<Measured> {
  const latencies: number[] = [];
  let answers = 0;
  let errors = 0;
  let firstError: string | null = null;
  let stopping = false;
  const fail = (reason: string) => {
    errors++;
    firstError ??= reason;
  };

  const begun = performance.now();
  const from = begun + load.warmSeconds * 1000;
  const end = from + load.seconds * 1000;
  let usage = process.cpuUsage();
  let warm = false;
  let lastAt = from;

  const connections = Array.from({ length: load.connections }, (_, index) =>
    converse(target, index, end - begun + 30_000, {
      stopped: () => stopping,
      answered(milliseconds, problem) {
        const now = performance.now();
        answers++;
        if (!warm && now >= from) {
          warm = true;
          usage = process.cpuUsage();
          latencies.length = 0;
        }
        if (warm && now <= end) {
          latencies.push(milliseconds);
          lastAt = now;
        }
        if (problem) fail(problem);
        if (now > end || answers >= until || errors >= 1000) stopping = true;
      },
      broken: fail,
    }),
  );
  const timer = setTimeout(() => (stopping = true), end - begun);
  await Promise.all(connections);
  clearTimeout(timer);

  const used = process.cpuUsage(usage);
  const seconds = Math.max((lastAt - from) / 1000, 0.001);
  const sorted = Float64Array.from(latencies).sort();
  return {
    requests: answers,
    requestsPerSecond: sorted.length / seconds,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    max: sorted.at(-1) ?? Number.NaN,
    errors,
    firstError,
    driverMicroseconds: (used.user + used.system) / Math.max(sorted.length, 1),
  };
}

/** Nearest rank. @param sorted ascending */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted.length === 0 ? Number.NaN : (sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] as number);
}

type Listener = {
  stopped(): boolean;
  answered(milliseconds: number, problem: string | null): void;
  broken(reason: string): void;
};

/** One connection: asks, reads the answer, asks again, until the listener says stop. */
function converse(target: Target, index: number, patience: number, listener: Listener): Promise<void> {
  return new Promise((settle) => {
    let socket: Socket | null = null;
    let rest: Buffer | null = null;
    let sentAt = 0;
    let expected = "";
    let finished = false;
    const silence = setTimeout(() => give("no answer in 30 s after the end"), patience);
    const finish = () => {
      if (finished) return;
      finished = true;
      clearTimeout(silence);
      socket?.destroy();
      settle();
    };
    const give = (reason: string) => {
      if (!finished) listener.broken(reason);
      finish();
    };
    const ask = () => {
      if (listener.stopped()) return finish();
      const next = target.next(index);
      expected = next.expected;
      sentAt = performance.now();
      socket?.write(next.request, "latin1");
    };
    const open = () => {
      const opened = connect({ port: target.port, host: "127.0.0.1", noDelay: true });
      socket = opened;
      opened.on("connect", ask);
      opened.on("error", (error) => give(error.message));
      opened.on("close", () => opened === socket && give("the connection was closed"));
      opened.on("data", read);
    };
    const read = (chunk: Buffer) => {
      const bytes: Buffer = rest ? Buffer.concat([rest, chunk]) : chunk;
      const answer = readAnswer(bytes);
      if (!answer) {
        rest = bytes;
        return;
      }
      rest = null;
      const right = answer.status === 200 && answer.body.includes(expected);
      listener.answered(performance.now() - sentAt, right ? null : `${answer.status} ${answer.body.slice(0, 300)}`);
      target.answered?.(index, answer.body);
      if (!answer.last) return ask();
      // The server has had enough of this connection and says so; a client then opens another.
      socket?.destroy();
      open();
    };
    open();
  });
}

/** One whole HTTP/1.1 answer, or null while bytes are missing. */
function readAnswer(bytes: Buffer): { status: number; body: string; last: boolean } | null {
  const head = bytes.indexOf("\r\n\r\n");
  if (head < 0) return null;
  const headers = bytes.toString("latin1", 0, head);
  const status = Number(headers.slice(9, 12));
  const last = /\r\nconnection: *close/i.test(headers);
  const length = /\r\ncontent-length: *(\d+)/i.exec(headers)?.[1];
  if (length !== undefined) {
    const end = head + 4 + Number(length);
    return bytes.length < end ? null : { status, last, body: bytes.toString("latin1", head + 4, end) };
  }
  if (!/\r\ntransfer-encoding: *chunked/i.test(headers)) return { status, last, body: "" };
  let body = "";
  for (let at = head + 4; ; ) {
    const line = bytes.indexOf("\r\n", at);
    if (line < 0) return null;
    const size = Number.parseInt(bytes.toString("latin1", at, line), 16);
    if (bytes.length < line + 2 + size + 2) return null;
    if (size === 0) return { status, last, body };
    body += bytes.toString("latin1", line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
}
