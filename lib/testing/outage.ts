import "server-only";

import { expect } from "vitest";
import { verifyLane } from "@/lib/audit/fsck-lane";
import { pool } from "@/lib/db";
import type { TestAgent } from "./plane";
import type { Program } from "./program";

/** Load on the program while its database is taken away, and what must hold afterwards. */

const read = { tool: "files.read", arguments: { path: "/a" } };

/** What agents are answered while something happens, each with when it asked and how long that took. */
export type Seen = { at: number; milliseconds: number; status: number; outcome: string; id: string };

/** Agents that ask without a pause until told to stop. */
export function load(program: Program, agents: TestAgent[], workers = 12) {
  const seen: Seen[] = [];
  let stopping = false;
  const running = Array.from({ length: workers }, async (_, worker) => {
    const { token } = agents[worker % agents.length] as TestAgent;
    while (!stopping) {
      const at = performance.now();
      const reply = await program.ask("/api/v1/decisions", {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify(read),
      });
      const { outcome, receipt } = JSON.parse(reply.body) as {
        outcome: string;
        receipt?: { lane: number; seq: number; leaf: string };
      };
      seen.push({
        at,
        milliseconds: reply.milliseconds,
        status: reply.status,
        outcome,
        id: receipt ? `${receipt.lane}:${receipt.seq}:${receipt.leaf}` : "",
      });
    }
  });
  return {
    seen,
    allowed: () => seen.filter(({ outcome }) => outcome === "allow").length,
    async stop() {
      stopping = true;
      await Promise.all(running);
    },
  };
}

/** Waits for a condition. */
export const until = async (holds: () => boolean, limit: number, what: string) => {
  const end = performance.now() + limit;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${what} did not happen within ${limit} ms`);
    await new Promise((settle) => setTimeout(settle, 20));
  }
};

/** Every receipt that somebody was given is in the log, once, and every lane verifies. */
export async function nothingLost(seen: Seen[]): Promise<void> {
  const acknowledged = seen.filter(({ status }) => status === 200).map(({ id }) => id);
  expect(new Set(acknowledged).size, "no receipt twice").toBe(acknowledged.length);
  const { rows } = await pool().query<{ id: string }>(
    "SELECT lane || ':' || seq || ':' || encode(leaf_hash, 'base64') AS id FROM audit.entry",
  );
  const stored = new Set(rows.map(({ id }) => id));
  expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
  const { rows: lanes } = await pool().query<{ lane: string }>("SELECT lane FROM audit.lane ORDER BY lane");
  for (const { lane } of lanes) expect((await verifyLane(BigInt(lane))).fault, `lane ${lane}`).toBeNull();
}
