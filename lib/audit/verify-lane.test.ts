import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { genesis, type HeaderFacts, makeEntry } from "./entry";
import { type LaneRow, type LaneState, verifyRows } from "./verify-lane";

const origin = "countersign.test/audit/1";
const kinds = ["decision", "outcome", "approval_voted", "agent_changed"] as const;

/** A lane as the writer makes it. */
function laneOf(
  count: number,
  options: { lane?: bigint; closed?: boolean } = {},
): { state: LaneState; rows: LaneRow[] } {
  const lane = options.lane ?? 7n;
  const rows: LaneRow[] = [];
  let prev: Buffer = genesis(origin, lane);
  for (let at = 1; at <= count; at++) {
    const kind = options.closed && at === count ? "lane_closed" : (kinds[at % kinds.length] ?? "decision");
    const facts: HeaderFacts =
      at === 1
        ? { kind: "lane_opened", instance: "ins_1", ref: "build-1", actor: "system" }
        : { kind, agent: "agt_1", tool: "mail.send", codes: ["tier.allowed"] };
    const entry = makeEntry({ origin, lane, seq: BigInt(at), prev, ts: "2026-01-01T00:00:00.000Z", epoch: 4n }, facts);
    rows.push({ lane, seq: BigInt(at), leaf: entry.leaf, header: entry.header });
    prev = entry.leaf;
  }
  return {
    state: {
      lane,
      instance: "ins_1",
      build: "build-1",
      seq: BigInt(count),
      head: prev,
      closed: options.closed ?? false,
    },
    rows,
  };
}

function flipped(bytes: Uint8Array, at: number, bit = 0): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy;
}

function changed(rows: readonly LaneRow[], at: number, change: Partial<LaneRow>): LaneRow[] {
  return rows.map((row, index) => (index === at ? { ...row, ...change } : row));
}

describe("an intact lane", () => {
  test("is found intact at every length, open or closed", () => {
    for (let count = 1; count <= 40; count++) {
      for (const closed of count > 1 ? [false, true] : [false]) {
        const { state, rows } = laneOf(count, { closed });
        expect(verifyRows(origin, state, rows)).toEqual({ fault: null, checked: BigInt(count) });
      }
    }
  });

  test("is found intact whatever its headers say", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ tool: fc.string({ unit: "binary" }), codes: fc.array(fc.string()) }), { maxLength: 12 }),
        (facts) => {
          const { state, rows } = laneOf(1);
          let prev: Buffer = Buffer.from(state.head);
          for (const fact of facts) {
            const tool = fact.tool.toWellFormed();
            const codes = fact.codes.map((code) => code.toWellFormed());
            const entry = makeEntry(
              { origin, lane: 7n, seq: BigInt(rows.length + 1), prev, ts: "2026-01-01T00:00:00.000Z", epoch: 4n },
              { kind: "decision", tool, codes },
            );
            rows.push({ lane: 7n, seq: BigInt(rows.length + 1), leaf: entry.leaf, header: entry.header });
            prev = entry.leaf;
          }
          expect(verifyRows(origin, { ...state, seq: BigInt(rows.length), head: prev }, rows).fault).toBeNull();
        },
      ),
    );
  });
});

describe("T35 one changed byte names its row and column", () => {
  const { state, rows } = laneOf(6, { closed: true });

  test("in every byte of every leaf hash", () => {
    rows.forEach((row, at) => {
      for (let byte = 0; byte < row.leaf.length; byte++) {
        const { fault } = verifyRows(origin, state, changed(rows, at, { leaf: flipped(row.leaf, byte, byte % 8) }));
        expect(fault).toMatchObject({ table: "entry", lane: "7", seq: row.seq.toString(), column: "leaf_hash" });
      }
    });
  });

  test("in every byte of every header", () => {
    rows.forEach((row, at) => {
      for (let byte = 0; byte < row.header.length; byte++) {
        const { fault } = verifyRows(origin, state, changed(rows, at, { header: flipped(row.header, byte, byte % 8) }));
        expect(fault).toMatchObject({ table: "entry", lane: "7", seq: row.seq.toString(), column: "header" });
      }
    });
  });

  test("in the lane and the number of every row", () => {
    rows.forEach((row, at) => {
      expect(verifyRows(origin, state, changed(rows, at, { lane: row.lane ^ 1n })).fault).toMatchObject({
        seq: row.seq.toString(),
        column: "lane",
      });
      for (const bit of [0n, 3n, 30n, 62n]) {
        const seq = row.seq ^ (1n << bit);
        expect(verifyRows(origin, state, changed(rows, at, { seq })).fault).toMatchObject({
          seq: seq.toString(),
          column: "seq",
        });
      }
    });
  });

  test("in the lane's own row", () => {
    const named = (change: Partial<LaneState>) => verifyRows(origin, { ...state, ...change }, rows).fault;
    for (let byte = 0; byte < 32; byte++)
      expect(named({ head: flipped(state.head, byte) })).toMatchObject({ table: "lane", seq: null, column: "head" });
    expect(named({ seq: state.seq + 1n })).toMatchObject({ table: "lane", column: "seq" });
    expect(named({ closed: false })).toMatchObject({ table: "lane", column: "closed_at" });
    expect(named({ instance: "ins_2" })).toMatchObject({ seq: "1", column: "header" });
    expect(named({ build: "build-2" })).toMatchObject({ seq: "1", column: "header" });
  });
});

describe("what a cleverer hand does is found too", () => {
  test("a header rewritten together with its leaf hash breaks the next link, or the head", () => {
    const { state, rows } = laneOf(5);
    rows.forEach((row, at) => {
      const header = Buffer.from(row.header.toString().replace("2026-01-01", "2025-01-01"));
      const forged = makeEntry(
        { origin, lane: 7n, seq: row.seq, prev: Buffer.alloc(32), ts: "x", epoch: 1n },
        { kind: "decision" },
      );
      for (const change of [
        { header, leaf: leafOf(header) },
        { header: forged.header, leaf: forged.leaf },
      ]) {
        expect(verifyRows(origin, state, changed(rows, at, change)).fault).not.toBeNull();
      }
    });
  });

  test("a row removed, repeated or moved is named", () => {
    const { state, rows } = laneOf(9);
    for (let at = 0; at < rows.length; at++) {
      const without = rows.filter((_, index) => index !== at);
      expect(verifyRows(origin, state, without).fault).toMatchObject({ seq: (at + 1).toString(), column: "seq" });
      const twice = rows.flatMap((row, index) => (index === at ? [row, row] : [row]));
      expect(verifyRows(origin, state, twice).fault).not.toBeNull();
    }
    expect(verifyRows(origin, state, [...rows.slice(0, 3), ...rows.slice(5)]).fault?.message).toBe(
      "entries 4 to 5 are missing",
    );
  });

  test("a tail cut off together with the count is found by the head", () => {
    const { state, rows } = laneOf(9);
    expect(verifyRows(origin, { ...state, seq: 8n }, rows.slice(0, 8)).fault).toMatchObject({
      table: "lane",
      column: "head",
    });
  });

  test("entries above the end of the lane are found", () => {
    const { rows } = laneOf(9);
    const { state } = laneOf(6);
    expect(verifyRows(origin, state, rows).fault).toMatchObject({ seq: "7", column: "seq" });
  });

  test("a lane of another log, or opened twice, or going on after its end, is refused", () => {
    const { state, rows } = laneOf(3);
    expect(verifyRows("elsewhere/audit/1", state, rows).fault).toMatchObject({ seq: "1", column: "header" });
    const closed = laneOf(3, { closed: true });
    const more = makeEntry(
      { origin, lane: 7n, seq: 4n, prev: Buffer.from(closed.state.head), ts: "2026-01-01T00:00:00.000Z", epoch: 4n },
      { kind: "decision" },
    );
    const after = [...closed.rows, { lane: 7n, seq: 4n, leaf: more.leaf, header: more.header }];
    expect(verifyRows(origin, { ...closed.state, seq: 4n, head: more.leaf, closed: false }, after).fault).toMatchObject(
      { seq: "3", column: "header" },
    );
    const again = makeEntry(
      { origin, lane: 7n, seq: 4n, prev: Buffer.from(state.head), ts: "2026-01-01T00:00:00.000Z", epoch: 4n },
      { kind: "lane_opened" },
    );
    const reopened = [...rows, { lane: 7n, seq: 4n, leaf: again.leaf, header: again.header }];
    expect(verifyRows(origin, { ...state, seq: 4n, head: again.leaf }, reopened).fault).toMatchObject({
      seq: "4",
      column: "header",
    });
  });

  test("a header that is not canonical is refused even when its hash fits", () => {
    const { state, rows } = laneOf(2);
    const last = rows[1] as LaneRow;
    const header = Buffer.from(JSON.stringify(JSON.parse(Buffer.from(last.header).toString()), null, 1));
    const { fault } = verifyRows(
      origin,
      { ...state, head: leafOf(header) },
      changed(rows, 1, { header, leaf: leafOf(header) }),
    );
    expect(fault).toMatchObject({ seq: "2", column: "header" });
  });

  test("an empty lane is not a lane", () => {
    const { state } = laneOf(1);
    expect(verifyRows(origin, state, []).fault).toMatchObject({ seq: "1", column: "seq" });
    expect(verifyRows(origin, { ...state, seq: 0n, head: genesis(origin, 7n) }, []).fault).not.toBeNull();
  });
});

function leafOf(header: Buffer): Buffer {
  return createHash("sha256")
    .update(Buffer.from([0]))
    .update(header)
    .digest();
}
