// Checks one lane of the log: gap-free, each header hashed as its leaf and linked to its predecessor, from the lane's first entry to its head.
// Derives everything again from stored bytes and imports nothing of the code that wrote them. RFC 6962 §2.1 (leaf hash), RFC 8785 (canonical form).
// Knows no database and no payload. One entry is held back until its successor is known, because only the link after it tells which of two
// columns that disagree was changed.
import { createHash } from "node:crypto";

/** One stored row of the log, as it is in the database. */
export type LaneRow = { lane: bigint; seq: bigint; leaf: Uint8Array; header: Uint8Array };

/** What the lane's own row says about it. */
export type LaneState = {
  lane: bigint;
  instance: string;
  build: string;
  seq: bigint;
  head: Uint8Array;
  closed: boolean;
};

/** The row and the column that is wrong. `table` is `entry` or `lane`; `seq` is null for the lane's own row. */
export type LaneFault = {
  table: "entry" | "lane";
  lane: string;
  seq: string | null;
  column: "lane" | "seq" | "leaf_hash" | "header" | "head" | "closed_at" | "instance" | "build";
  message: string;
};

export type LaneVerifier = {
  /** The next row, in the order of the key. Returns the first thing that is wrong so far; after one, nothing more is checked. */
  add(row: LaneRow): LaneFault | null;
  /** After the last row. */
  end(): LaneFault | null;
  /** Entries found correct so far. */
  readonly checked: bigint;
};

/**
 * A check of one whole lane, row by row, in constant memory.
 * @param origin of the log, as its identity says
 */
export function laneVerifier(origin: string, state: LaneState): LaneVerifier {
  const lane = state.lane.toString();
  let expectedSeq = 1n;
  let expectedPrev: Buffer = sha256(Buffer.from(`countersign/genesis/v1\n${origin}\n${lane}`));
  let held: { row: LaneRow; computed: Buffer } | null = null;
  let lastKind = "";
  let checked = 0n;
  let fault: LaneFault | null = null;

  const wrong = (column: LaneFault["column"], seq: bigint | null, message: string): LaneFault => {
    fault = {
      table: seq === null ? "lane" : "entry",
      lane,
      seq: seq === null ? null : seq.toString(),
      column,
      message,
    };
    return fault;
  };

  /** Settles the held row with what its successor (or the lane's head) says its hash is. */
  const settle = (witness: Uint8Array): LaneFault | null => {
    if (!held) return null;
    const { row, computed } = held;
    held = null;
    if (!same(row.leaf, computed)) {
      if (same(witness, row.leaf))
        return wrong(
          "header",
          row.seq,
          "the header was changed: its hash is no longer the one that its successor links to",
        );
      return wrong("leaf_hash", row.seq, "the leaf hash was changed: it is not the hash of the header");
    }
    checked += 1n;
    return null;
  };

  const add = (row: LaneRow): LaneFault | null => {
    if (fault) return fault;
    if (row.lane !== state.lane) return wrong("lane", row.seq, `the row is in lane ${row.lane}, not in lane ${lane}`);
    const computed = leafOf(row.header);
    const header = headerOf(row.header);
    // A changed byte can make the header unreadable; then it cannot say anything about its predecessor either.
    if (header && row.seq !== expectedSeq) {
      if (header.seq === Number(expectedSeq))
        return wrong("seq", row.seq, `the row is numbered ${row.seq}, its header says ${expectedSeq}`);
      return wrong("seq", expectedSeq, missing(expectedSeq, row.seq - 1n));
    }
    if (row.seq !== expectedSeq) return wrong("seq", expectedSeq, missing(expectedSeq, row.seq - 1n));
    const intact = same(row.leaf, computed);
    const settled = settle(intact && header ? bytesOf(header.prev) : expectedPrev);
    if (settled) return settled;
    if (lastKind === "lane_closed")
      return wrong("header", row.seq - 1n, "the entry closes the lane, but entries follow it");

    if (intact) {
      const problem = header
        ? headerProblem(header, row.header, origin, state, row.seq, expectedPrev)
        : "the header is not the canonical form of a JSON object";
      if (problem) return wrong("header", row.seq, problem);
    }
    held = { row, computed };
    lastKind = header?.kind ?? "";
    // The successor links to what was committed: the stored leaf while it agrees with the header, and otherwise one of the two, which `settle` finds out.
    expectedPrev = Buffer.from(row.leaf);
    expectedSeq += 1n;
    return null;
  };

  const end = (): LaneFault | null => {
    if (fault) return fault;
    const count = expectedSeq - 1n;
    if (count === 0n) return wrong("seq", 1n, "the lane has no entry, not even the one that opens it");
    if (count !== state.seq) {
      if (same(state.head, expectedPrev))
        return wrong("seq", null, `the row says ${state.seq} entries, its head is that of entry ${count}`);
      if (count < state.seq) return wrong("seq", expectedSeq, missing(expectedSeq, state.seq));
      return wrong("seq", state.seq + 1n, `the lane ends at ${state.seq}, but there are entries up to ${count}`);
    }
    const settled = settle(state.head);
    if (settled) return settled;
    if (!same(state.head, expectedPrev))
      return wrong("head", null, "the head of the lane is not the leaf hash of its last entry");
    if (state.closed !== (lastKind === "lane_closed")) {
      return wrong(
        "closed_at",
        null,
        state.closed
          ? "the lane is closed without an entry that says so"
          : "the last entry closes the lane, but the lane is open",
      );
    }
    return null;
  };

  return {
    add,
    end,
    get checked() {
      return checked;
    },
  };
}

/** Checks a whole lane held in memory. */
export function verifyRows(
  origin: string,
  state: LaneState,
  rows: readonly LaneRow[],
): { checked: bigint; fault: LaneFault | null } {
  const verifier = laneVerifier(origin, state);
  for (const row of rows) if (verifier.add(row)) break;
  return { fault: verifier.end(), checked: verifier.checked };
}

type ReadHeader = {
  v: unknown;
  origin: unknown;
  lane: unknown;
  seq: unknown;
  prev: unknown;
  kind: string;
  instance: unknown;
  ref: unknown;
};

/** What is wrong inside a header whose leaf hash is right, or null. */
function headerProblem(
  header: ReadHeader,
  bytes: Uint8Array,
  origin: string,
  state: LaneState,
  seq: bigint,
  prev: Uint8Array,
): string | null {
  if (Buffer.from(canonical(header)).compare(bytes) !== 0) return "the header is not in canonical form";
  if (header.v !== 1) return "the header is of an unknown version";
  if (header.origin !== origin) return "the header names another log";
  if (header.lane !== Number(state.lane)) return `the header says lane ${String(header.lane)}`;
  if (header.seq !== Number(seq)) return `the header says number ${String(header.seq)}`;
  if (!same(bytesOf(header.prev), prev))
    return seq === 1n
      ? "the first entry does not link to the genesis of its lane"
      : "the header does not link to its predecessor";
  const first = seq === 1n;
  if (first !== (header.kind === "lane_opened"))
    return first ? "the first entry of a lane opens it" : "an entry opens the lane again";
  if (first && header.instance !== state.instance) return "the lane was opened by another instance than its row says";
  if (first && header.ref !== state.build) return "the lane was opened by another build than its row says";
  return null;
}

function headerOf(bytes: Uint8Array): ReadHeader | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as ReadHeader) : null;
  } catch {
    return null;
  }
}

/** RFC 8785 for what a header can hold: strings, safe integers, lists and objects. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(",")}}`;
}

function missing(from: bigint, to: bigint): string {
  return from === to ? `entry ${from} is missing` : `entries ${from} to ${to} are missing`;
}

function bytesOf(base64: unknown): Buffer {
  return typeof base64 === "string" ? Buffer.from(base64, "base64") : Buffer.alloc(0);
}

function same(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

function leafOf(header: Uint8Array): Buffer {
  return createHash("sha256").update(leafPrefix).update(header).digest();
}

const leafPrefix = Buffer.from([0]);
