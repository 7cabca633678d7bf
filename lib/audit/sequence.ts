import "server-only";

import { pool } from "@/lib/db";
import { log } from "@/lib/log";
import { instanceId } from "./close-lane";
import { logFaults } from "./log-faults";
import { type Frontier, grow, pendingOf, rootOf, tileWidth } from "./merkle";
import { byteaArray } from "./pg-arrays";

/**
 * The sequencer: takes the entries of all lanes into one tree, in portions, each in one call that moves marks and tree together.
 * A lease keeps the others from trying; safety is the compare-and-swap on (size, root), never the lease. audit-log design §6.
 *
 * INVARIANT (leaves are final): the database hashes every header again and compares its lane, number and link before it becomes a leaf. What does not check stops
 * the sequencer, because a wrong leaf could never be taken back; decisions go on, and readiness says how far the tree is behind.
 */

export type TreeState = { size: number; root: Buffer };

/** One portion; what one lane may take of it is its fair share. */
const portion = 4_096;

let frontier: { held: Frontier; root: Buffer } | undefined;
/**
 * Takes what is there, when this process leads.
 * @param most portions; what is left waits for the next run
 * @returns leaves added, or null when another process leads
 */
export async function integrate(most = Number.POSITIVE_INFINITY): Promise<number | null> {
  const state = await lead();
  if (!state) {
    frontier = undefined;
    return null;
  }
  if (!frontier || frontier.held.size !== state.size || !frontier.root.equals(state.root)) frontier = await read(state);
  let added = 0;
  for (let portions = 0; portions < most; portions++) {
    const taken = await integratePortion();
    if (taken === 0) break;
    added += taken;
  }
  return added;
}

async function lead(): Promise<TreeState | null> {
  const { rows } = await pool().query<{ size: string; root: Buffer }>("SELECT size, root FROM audit.lead($1)", [
    instanceId,
  ]);
  return rows[0] ? { size: Number(rows[0].size), root: rows[0].root } : null;
}

/** The tree as it is committed. */
export async function treeState(): Promise<TreeState> {
  const { rows } = await pool().query<{ size: string; root: Buffer }>("SELECT size, root FROM audit.tree_state");
  const row = rows[0];
  if (!row) throw new Error("the tree has no state: the migrations did not finish");
  return { size: Number(row.size), root: row.root };
}

/** The frontier from full tiles and the last leaves: at most 255 hashes per level, however large the tree is. */
async function read(state: TreeState): Promise<{ held: Frontier; root: Buffer }> {
  const pending: Buffer[][] = [];
  for (const { level, from, count } of pendingOf(state.size)) {
    const { rows } =
      level === 0
        ? await pool().query<{ hash: Buffer }>(
            "SELECT leaf_hash AS hash FROM audit.leaf WHERE idx >= $1 AND idx < $2 ORDER BY idx",
            [from, state.size],
          )
        : await pool().query<{ hash: Buffer }>(
            "SELECT root AS hash FROM audit.tile WHERE level = $1 AND idx >= $2 AND idx < $3 ORDER BY idx",
            [level - 1, from, from + count],
          );
    if (rows.length !== count) throw new Error(`the tree lacks hashes of level ${level}: ${rows.length} of ${count}`);
    pending[level] = rows.map(({ hash }) => hash);
  }
  const held = { size: state.size, pending };
  const root = rootOf(held);
  if (!root.equals(state.root)) throw new Error(`the leaves of the tree do not have its root at size ${state.size}`);
  return { held, root };
}

type Part = { lane: string; after: bigint; to: bigint };

async function integratePortion(): Promise<number> {
  const before = frontier as NonNullable<typeof frontier>;
  const parts = await nextParts();
  if (parts.length === 0) return 0;
  const leaves: Buffer[] = [];
  for (const { lane, after, to } of parts) {
    const { rows } = await pool().query<{ leaf_hash: Buffer }>({
      name: "sequence-leaves",
      text: "SELECT leaf_hash FROM audit.entry WHERE lane = $1 AND seq > $2 AND seq <= $3 ORDER BY seq",
      values: [lane, after.toString(), to.toString()],
    });
    for (const { leaf_hash } of rows) leaves.push(leaf_hash);
  }
  const { frontier: held, tiles } = grow(before.held, leaves);
  const root = rootOf(held);
  // Until COMMIT is known, this process knows no frontier.
  frontier = undefined;
  try {
    await pool().query({
      name: "integrate",
      text: "SELECT audit.integrate($1,$2,$3,$4::bigint[],$5::bigint[],$6::int[],$7::bigint[],$8::bytea[],$9::bytea[])",
      values: [
        before.held.size,
        before.root,
        root,
        parts.map(({ lane }) => lane),
        parts.map(({ to }) => to.toString()),
        tiles.map(({ level }) => level),
        tiles.map(({ index }) => index),
        byteaArray(tiles.map(({ hashes }) => hashes)),
        byteaArray(tiles.map((tile) => tile.root)),
      ],
    });
  } catch (error) {
    const { code, detail } = error as { code?: string; detail?: string };
    if (code === "CS010" || code === "CS012") return 0; // another process was first
    if (code === "CS011") {
      const where = detail && detail !== "{}" ? (JSON.parse(detail) as { lane: string; seq: string }) : null;
      const stopped = where
        ? `entry ${where.seq} of lane ${where.lane} is not what its hash, place or predecessor say`
        : "an entry of a lane is missing";
      logFaults().stopped = stopped;
      log.error("the log cannot be integrated any further", { stopped });
    }
    throw error;
  }
  logFaults().stopped = undefined;
  frontier = { held, root };
  return leaves.length;
}

/** Lanes with entries after their mark, each with a fair share of a portion. */
async function nextParts(): Promise<Part[]> {
  const { rows } = await pool().query<{ lane: string; after: string; to: string }>({
    name: "sequence-lanes",
    text: `SELECT m.lane, m.seq AS after, l.seq AS "to" FROM audit.tree_mark m JOIN audit.lane l USING (lane) WHERE NOT m.done AND l.seq > m.seq ORDER BY m.lane LIMIT ${tileWidth}`,
  });
  const share = BigInt(Math.max(1, Math.floor(portion / Math.max(rows.length, 1))));
  return rows.map(({ lane, after, to }) => {
    const from = BigInt(after);
    const end = BigInt(to);
    return { lane, after: from, to: end - from > share ? from + share : end };
  });
}

/** Entries that are not in the tree yet. */
export async function treeBacklog(): Promise<number> {
  const { rows } = await pool().query<{ behind: string | null }>(
    "SELECT sum(l.seq - m.seq) AS behind FROM audit.tree_mark m JOIN audit.lane l USING (lane) WHERE NOT m.done",
  );
  return Number(rows[0]?.behind ?? 0);
}
