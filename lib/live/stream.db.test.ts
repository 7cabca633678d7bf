import { expect, test } from "vitest";
import { pool } from "@/lib/db";
import { testDatabase } from "@/lib/testing/database";
import { liveStream } from "./stream";

await testDatabase();

const yes = async () => true;

/** Reads a stream in the background and gives what has arrived. */
function arriving(response: Response) {
  const state = { text: "", done: false };
  void (async () => {
    const reader = (response.body as ReadableStream<Uint8Array>)
      .pipeThrough(new TextDecoderStream() as never)
      .getReader() as ReadableStreamDefaultReader<string>;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      state.text += value;
    }
    state.done = true;
  })();
  return state;
}

const eventsOf = (text: string, name: string) => text.split(`event: ${name}\n`).length - 1;

test("a change is told to the page without saying what changed, and several in a moment are told together", async () => {
  const abort = new AbortController();
  const got = arriving(
    liveStream({ personId: "per_a", topics: ["approvals"], stillSignedIn: yes, signal: abort.signal }),
  );
  await expect.poll(() => eventsOf(got.text, "approvals")).toBe(1); // the connection is new
  await pool().query("SELECT pg_notify('countersign_approval', 'apr_' || n) FROM generate_series(1, 50) n");
  await expect.poll(() => eventsOf(got.text, "approvals")).toBeGreaterThan(1);
  await pool().query("SELECT pg_notify('countersign_view', '1')");
  abort.abort();
  await expect.poll(() => got.done).toBe(true);
  expect(eventsOf(got.text, "approvals")).toBeLessThan(5);
  expect(eventsOf(got.text, "activity")).toBe(0);
  expect(got.text).not.toContain("apr_");
});

test("the stream of somebody whose session ended is closed with the next heartbeat", async () => {
  let signedIn = true;
  const signal = new AbortController().signal;
  const got = arriving(
    liveStream({
      personId: "per_b",
      topics: ["approvals"],
      stillSignedIn: async () => signedIn,
      signal,
      heartbeatMilliseconds: 20,
    }),
  );
  await expect.poll(() => got.text).toContain(":\n\n");
  expect(got.done).toBe(false);
  signedIn = false;
  await expect.poll(() => got.done).toBe(true);
  expect(got.text).toContain("event: end");
});

test("the stream of a deactivated person is closed by the control change, without waiting for a heartbeat", async () => {
  const signal = new AbortController().signal;
  const got = arriving(
    liveStream({
      personId: "per_c",
      topics: ["approvals"],
      stillSignedIn: async () => false,
      signal,
      heartbeatMilliseconds: 3_600_000,
    }),
  );
  await expect.poll(() => eventsOf(got.text, "approvals")).toBe(1);
  await pool().query("SELECT pg_notify('countersign_control', '2')");
  await expect.poll(() => got.done).toBe(true);
});

test("one person cannot hold more than a dozen streams, and an ended one makes room", () => {
  const aborts = Array.from({ length: 12 }, () => new AbortController());
  const open = (signal: AbortSignal) => liveStream({ personId: "per_d", topics: [], stillSignedIn: yes, signal });
  for (const abort of aborts) open(abort.signal);
  expect(() => open(new AbortController().signal)).toThrow(expect.objectContaining({ code: "too_many_requests" }));
  aborts[0]?.abort();
  const last = new AbortController();
  open(last.signal);
  for (const abort of [...aborts, last]) abort.abort();
});
