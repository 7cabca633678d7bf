import "server-only";

import { AppError } from "@/lib/errors";
import { type Channel, listen } from "./listen";
import type { Topic } from "./topics";

/**
 * Server-sent events for one browser. An event says only that a topic changed; the page then asks for what it may see,
 * so nothing leaves here that access rules would have to guard.
 */

const channelOf: Record<Topic, Channel> = { approvals: "countersign_approval", activity: "countersign_view" };

/** Open streams per person: a browser tab has one. */
const mostPerPerson = 12;
/** Changes of a topic within this time are one event. */
const gatherMilliseconds = 200;

const held = Symbol.for("countersign.streams");
type Holder = { [held]?: Map<string, number> };

/**
 * @param options.stillSignedIn asked with every heartbeat and after every control change (people are deactivated by one)
 * @param options.signal        ends the stream
 * @throws AppError `too_many_requests` when the person has too many open
 */
export function liveStream(options: {
  personId: string;
  topics: readonly Topic[];
  stillSignedIn: () => Promise<boolean>;
  signal: AbortSignal;
  heartbeatMilliseconds?: number;
}): Response {
  const release = reserve(options.personId);
  const cleanup: (() => void)[] = [release];
  const close = () => {
    for (const undo of cleanup.splice(0)) undo();
  };

  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const encoder = new TextEncoder();
      const send = (text: string) => controller.enqueue(encoder.encode(text));
      const end = () => {
        if (cleanup.length === 0) return;
        close();
        controller.close();
      };
      const check = async () => {
        const signedIn = await options.stillSignedIn().catch(() => false);
        if (cleanup.length === 0) return;
        if (signedIn) return send(":\n\n");
        send("event: end\ndata: {}\n\n");
        end();
      };

      send("retry: 2000\n\n");
      for (const topic of options.topics) cleanup.push(announce(topic, () => send(`event: ${topic}\ndata: {}\n\n`)));
      cleanup.push(listen("countersign_control", (payload) => payload !== null && void check()));
      const heartbeat = setInterval(() => void check(), options.heartbeatMilliseconds ?? 15_000);
      cleanup.push(() => clearInterval(heartbeat));
      options.signal.addEventListener("abort", end, { once: true });
      cleanup.push(() => options.signal.removeEventListener("abort", end));
      if (options.signal.aborted) end();
    },
    cancel: close,
  });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store, no-transform", // a compressing proxy would hold events back
      "x-accel-buffering": "no",
    },
  });
}

/** Calls `tell` at once for the first change and at most once per `gatherMilliseconds` after it. */
function announce(topic: Topic, tell: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let more = false;
  const change = () => {
    if (timer) {
      more = true;
      return;
    }
    tell();
    timer = setTimeout(() => {
      timer = undefined;
      if (!more) return;
      more = false;
      change();
    }, gatherMilliseconds);
  };
  const stop = listen(channelOf[topic], change);
  return () => {
    stop();
    clearTimeout(timer);
  };
}

/** Counts a stream of this person. @returns gives it back, once */
function reserve(personId: string): () => void {
  const holder = globalThis as Holder;
  holder[held] ??= new Map();
  const open = holder[held];
  const now = open.get(personId) ?? 0;
  if (now >= mostPerPerson) {
    throw new AppError("too_many_requests", "too many pages of yours are open; close some", { retryAfterSeconds: 15 });
  }
  open.set(personId, now + 1);
  return () => {
    const left = (open.get(personId) ?? 1) - 1;
    if (left > 0) open.set(personId, left);
    else open.delete(personId);
  };
}
