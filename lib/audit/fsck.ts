import "server-only";

import { createHash, createPublicKey, verify } from "node:crypto";
import { pool } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { commitmentOf } from "@/tools/verify.mjs";
import { readIdentity } from "./close-lane";
import { verifyLane } from "./fsck-lane";
import { logKeysOf } from "./log-keys";
import { decryptPayload } from "./payload";
import { readingKey } from "./payload-keys";
import { checkAnchor } from "./publish";

/**
 * Checks the log in the database, whole: lanes, contents, the tree, its tiles, every checkpoint, the marks, the guards and the anchor. It derives everything again from stored bytes;
 * roots and commitments are computed by code of its own, not by the writer's. audit-log design §9.
 */
export type LogFault = { table: string; row: string; column: string; message: string };
export type LogReport = {
  ok: boolean;
  faults: LogFault[];
  lanes: number;
  entries: number;
  contents: number;
  /** Contents whose key was destroyed, or that were purged: proofs hold without them. */
  erased: number;
  leaves: number;
  tiles: number;
  checkpoints: number;
  milliseconds: number;
  entriesPerSecond: number;
};

type Settings = {
  /** Decrypts every content and hashes it again. */ payloads: boolean;
  progress?: (line: string) => void;
};

const batchRows = 2_000;
const faultLimit = 50;

export async function fsck({ payloads, progress = () => {} }: Settings): Promise<LogReport> {
  const started = performance.now();
  const faults: LogFault[] = [];
  const wrong = (table: string, row: string, column: string, message: string) => {
    if (faults.length < faultLimit) faults.push({ table, row, column, message });
  };
  await checkGuards(wrong);
  const anchor = await checkAnchor();
  if (anchor) wrong("audit.checkpoint", "anchor", "root", anchor);

  const { rows: lanes } = await pool().query<{ lane: string }>("SELECT lane FROM audit.lane ORDER BY lane");
  let entries = 0;
  for (const { lane } of lanes) {
    const check = await verifyLane(BigInt(lane));
    entries += check.checked;
    const { fault } = check;
    if (fault)
      wrong(
        `audit.${fault.table}`,
        fault.seq === null ? `lane ${lane}` : `lane ${lane}, seq ${fault.seq}`,
        fault.column,
        fault.message,
      );
  }
  progress(`${lanes.length} lanes, ${entries} entries`);
  const tree = await checkTree(wrong);
  progress(`${tree.leaves} leaves, ${tree.checkpoints} checkpoints`);
  await checkMarks(wrong);
  const { contents, erased } = payloads ? await checkContents(wrong, progress) : { contents: 0, erased: 0 };

  const milliseconds = Math.round(performance.now() - started);
  const entriesPerSecond = Math.round((entries / Math.max(milliseconds, 1)) * 1000);
  return {
    ok: faults.length === 0,
    faults,
    lanes: lanes.length,
    entries,
    contents,
    erased,
    ...tree,
    milliseconds,
    entriesPerSecond,
  };
}

type Wrong = (table: string, row: string, column: string, message: string) => void;

/** Triggers that must be there and fire for everybody, by table. */
const guards: Record<string, readonly string[]> = {
  entry: ["deny_change", "deny_truncate", "entry_guard"],
  lane: ["deny_change", "deny_truncate", "lane_birth", "lane_guard", "lane_mark"],
  control_epoch: ["deny_change", "deny_truncate", "epoch_guard"],
  control_change: ["deny_change", "deny_truncate"],
  idem: ["deny_change", "deny_truncate"],
  log_identity: ["deny_change", "deny_truncate"],
  payload: ["deny_truncate", "payload_guard"],
  leaf: ["deny_change", "deny_truncate"],
  tile: ["deny_change", "deny_truncate"],
  checkpoint: ["deny_change", "deny_truncate"],
  tree_state: ["deny_change", "deny_truncate", "tree_guard"],
  tree_mark: ["deny_change", "deny_truncate", "mark_guard"],
};

async function checkGuards(wrong: Wrong): Promise<void> {
  const { rows } = await pool().query<{ rel: string; name: string; state: string }>(
    "SELECT c.relname AS rel, t.tgname AS name, t.tgenabled AS state FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'audit' AND NOT t.tgisinternal",
  );
  const states = new Map(rows.map(({ rel, name, state }) => [`${rel}.${name}`, state]));
  for (const [table, names] of Object.entries(guards))
    for (const name of names) {
      const state = states.get(`${table}.${name}`);
      if (state !== "A")
        wrong(
          `audit.${table}`,
          `trigger ${name}`,
          "tgenabled",
          state === undefined ? "the guard is missing" : "the guard is switched off",
        );
    }
}

const sha256 = (...parts: Uint8Array[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const nodeOf = (left: Uint8Array, right: Uint8Array) => sha256(Uint8Array.of(1), left, right);

/** Leaves, tiles, checkpoints and the state of the tree, in one walk over the leaves. */
async function checkTree(wrong: Wrong): Promise<{ leaves: number; tiles: number; checkpoints: number }> {
  const { origin } = await readIdentity();
  const [state, checkpoints, keys] = await Promise.all([
    pool().query<{ size: string; root: Buffer }>("SELECT size, root FROM audit.tree_state"),
    pool().query<{ size: string; root: Buffer; note: string }>(
      "SELECT size, root, note FROM audit.checkpoint ORDER BY size",
    ),
    logKey(origin),
  ]);
  const size = Number(state.rows[0]?.size ?? 0);
  const stack: { height: number; hash: Buffer }[] = [];
  const open: { hashes: Buffer[]; index: number }[] = [];
  const full: { level: number; index: number; hashes: Buffer; root: Buffer }[] = [];
  const rootNow = () =>
    stack.length === 0 ? sha256() : stack.map(({ hash }) => hash).reduceRight((right, left) => nodeOf(left, right));
  let next = 0;
  const due = () => {
    for (; next < checkpoints.rows.length && Number(checkpoints.rows[next]?.size) === leaves; next++) {
      const { root, note } = checkpoints.rows[next] as (typeof checkpoints.rows)[number];
      const row = `size ${leaves}`;
      if (!rootNow().equals(root)) wrong("audit.checkpoint", row, "root", "the leaves do not have this root");
      const text = `${origin}\n${leaves}\n${root.toString("base64")}\n`;
      if (!note.startsWith(`${text}\n— ${origin} `))
        wrong("audit.checkpoint", row, "note", "the note is not about this size and root");
      else if (
        !verify(null, Buffer.from(text), keys, Buffer.from(note.split(" ").at(-1) as string, "base64").subarray(4))
      )
        wrong("audit.checkpoint", row, "note", "the key of the log did not sign this note");
    }
  };
  const push = (level: number, hash: Buffer) => {
    open[level] ??= { hashes: [], index: 0 };
    const tile = open[level];
    tile.hashes.push(hash);
    if (tile.hashes.length < 256) return;
    let hashes = tile.hashes;
    while (hashes.length > 1)
      hashes = hashes.flatMap((left, at) => (at % 2 === 0 ? [nodeOf(left, hashes[at + 1] as Buffer)] : []));
    const root = hashes[0] as Buffer;
    full.push({ level, index: tile.index, hashes: Buffer.concat(tile.hashes), root });
    open[level] = { hashes: [], index: tile.index + 1 };
    push(level + 1, root);
  };

  let leaves = 0;
  let tiles = 0;
  due();
  for (;;) {
    const { rows } = await pool().query<{
      idx: string;
      lane: string;
      seq: string;
      leaf_hash: Buffer;
      stored: Buffer | null;
    }>({
      name: "fsck-leaves",
      text: "SELECT l.idx, l.lane, l.seq, l.leaf_hash, e.leaf_hash AS stored FROM audit.leaf l LEFT JOIN audit.entry e USING (lane, seq) WHERE l.idx >= $1 ORDER BY l.idx LIMIT $2",
      values: [leaves, batchRows],
    });
    if (rows.length === 0) break;
    for (const row of rows) {
      if (Number(row.idx) !== leaves) {
        wrong("audit.leaf", `idx ${leaves}`, "idx", "the leaf is missing");
        return { leaves, tiles, checkpoints: next };
      }
      if (!row.stored?.equals(row.leaf_hash))
        wrong(
          "audit.leaf",
          `idx ${row.idx}, of lane ${row.lane}, seq ${row.seq}`,
          "leaf_hash",
          row.stored ? "the leaf is not the hash of its entry" : "the leaf has no entry",
        );
      leaves++;
      for (let carry = { height: 0, hash: row.leaf_hash }; ; ) {
        const last = stack.at(-1);
        if (!last || last.height !== carry.height) {
          stack.push(carry);
          break;
        }
        stack.pop();
        carry = { height: carry.height + 1, hash: nodeOf(last.hash, carry.hash) };
      }
      push(0, row.leaf_hash);
      due();
    }
    tiles += full.length;
    await checkTiles(full.splice(0), wrong);
  }
  if (leaves !== size || !rootNow().equals(state.rows[0]?.root ?? Buffer.alloc(0)))
    wrong(
      "audit.tree_state",
      "the only row",
      leaves === size ? "root" : "size",
      `there are ${leaves} leaves, the row says ${size}, or another root`,
    );
  if (next < checkpoints.rows.length)
    wrong("audit.checkpoint", `size ${checkpoints.rows[next]?.size}`, "size", "a checkpoint is larger than the tree");
  return { leaves, tiles, checkpoints: next };
}

async function checkTiles(
  full: { level: number; index: number; hashes: Buffer; root: Buffer }[],
  wrong: Wrong,
): Promise<void> {
  if (full.length === 0) return;
  const { rows } = await pool().query<{ level: number; idx: string; hashes: Buffer; root: Buffer }>(
    "SELECT t.level, t.idx, t.hashes, t.root FROM unnest($1::int[], $2::bigint[]) u(level, idx) JOIN audit.tile t USING (level, idx)",
    [full.map(({ level }) => level), full.map(({ index }) => index)],
  );
  const stored = new Map(rows.map((row) => [`${row.level}/${row.idx}`, row]));
  for (const { level, index, hashes, root } of full) {
    const row = stored.get(`${level}/${index}`);
    const place = `level ${level}, idx ${index}`;
    if (!row) wrong("audit.tile", place, "idx", "the tile is missing");
    else if (!row.hashes.equals(hashes))
      wrong("audit.tile", place, "hashes", "the tile does not hold the hashes of its leaves");
    else if (!row.root.equals(root))
      wrong("audit.tile", place, "root", "the root of the tile is not that of its hashes");
  }
}

/** The key that signs checkpoints, from the key that this installation keeps. */
function logKey(origin: string) {
  return createPublicKey(logKeysOf(env().signingKey, origin).log.privateKey);
}

/** Every entry up to its lane's mark has its leaf, and no other. */
async function checkMarks(wrong: Wrong): Promise<void> {
  const { rows } = await pool().query<{ lane: string; seq: string | null; leaves: string }>(
    `SELECT l.lane, m.seq, coalesce(c.leaves, 0) AS leaves FROM audit.lane l LEFT JOIN audit.tree_mark m USING (lane)
       LEFT JOIN (SELECT lane, count(*) AS leaves FROM audit.leaf GROUP BY lane) c USING (lane) WHERE m.seq IS DISTINCT FROM coalesce(c.leaves, 0)`,
  );
  for (const { lane, seq, leaves } of rows)
    wrong(
      "audit.tree_mark",
      `lane ${lane}`,
      "seq",
      seq === null
        ? "the lane has no mark"
        : `the mark says ${seq} entries are in the tree, there are ${leaves} leaves`,
    );
}

type Content = { lane: string; seq: string; body: Buffer; dek_id: number; commit: string | null };

async function checkContents(
  wrong: Wrong,
  progress: (line: string) => void,
): Promise<{ contents: number; erased: number }> {
  let [contents, erased] = [0, 0];
  let after = { lane: "0", seq: "0" };
  for (;;) {
    const { rows } = await pool().query<Content>({
      name: "fsck-contents",
      text: `SELECT p.lane, p.seq, p.body, p.dek_id, convert_from(e.header, 'UTF8')::json ->> 'commit' AS commit
               FROM audit.payload p JOIN audit.entry e USING (lane, seq) WHERE (p.lane, p.seq) > ($1::bigint, $2::bigint) AND p.body IS NOT NULL ORDER BY p.lane, p.seq LIMIT $3`,
      values: [after.lane, after.seq, batchRows],
    });
    const last = rows.at(-1);
    if (!last) break;
    after = last;
    for (const row of rows) {
      const key = await readingKey(row.dek_id).catch((error: unknown) => {
        if (error instanceof AppError && error.code === "not_found") return null;
        throw error;
      });
      if (!key) {
        erased++;
        continue;
      }
      contents++;
      const place = `lane ${row.lane}, seq ${row.seq}`;
      try {
        const body = decryptPayload(row.body, key, BigInt(row.lane), BigInt(row.seq)).toString("utf8");
        if (commitmentOf(body, (bytes) => createHash("sha256").update(bytes).digest()) !== row.commit)
          wrong("audit.payload", place, "body", "the content does not hash to the commitment in the header");
      } catch {
        wrong("audit.payload", place, "body", "the content was changed: it does not decrypt");
      }
    }
    if (contents % 100_000 < batchRows) progress(`${contents} contents`);
  }
  return { contents, erased };
}
