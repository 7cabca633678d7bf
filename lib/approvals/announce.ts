import "server-only";

import { pool } from "@/lib/db";
import { log } from "@/lib/log";

/** Requests that a decision opened or spent since the last announcement. */
const changed = new Set<string>();
let timer: NodeJS.Timeout | undefined;
const gatherMilliseconds = 50;

/**
 * Tells open pages that a decision opened or spent a request. After COMMIT and never inside an append, because NOTIFY
 * makes commits wait for each other; many together are one notification. A lost one costs a page its next poll.
 */
export function announceApproval(id: string): void {
  changed.add(id);
  if (timer) return;
  timer = setTimeout(() => {
    timer = undefined;
    const [first = "", ...more] = changed;
    changed.clear();
    pool()
      .query("SELECT pg_notify('countersign_approval', $1)", [more.length === 0 ? first : ""])
      .catch((error: unknown) => log.warn("a changed approval could not be announced", { error }));
  }, gatherMilliseconds).unref();
}
