import { expect, test } from "vitest";
import { listen } from "@/lib/live/listen";
import { testDatabase } from "@/lib/testing/database";
import { announceApproval } from "./announce";

await testDatabase();

test("a request that opened is announced by its id, and many in a moment are announced once", async () => {
  const heard: (string | null)[] = [];
  const stop = listen("countersign_approval", (payload) => heard.push(payload));
  await expect.poll(() => heard).toEqual([null]);
  announceApproval("apr_a");
  await expect.poll(() => heard).toEqual([null, "apr_a"]);
  for (let at = 0; at < 500; at++) announceApproval(`apr_${at}`);
  await expect.poll(() => heard).toEqual([null, "apr_a", ""]);
  stop();
});
