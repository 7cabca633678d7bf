import "server-only";

import { randomUUID } from "node:crypto";
import pg from "pg";
import { openConsoleLane } from "@/lib/audit/append";
import { genesis, type HeaderFacts, makeEntry } from "@/lib/audit/entry";
import { encryptPayload, type PayloadFields, sealPayload } from "@/lib/audit/payload";
import { writingKey } from "@/lib/audit/payload-keys";
import { pool } from "@/lib/db";
import { entryId } from "@/lib/ids";

/** One entry to write. `scope` names whose key encrypts the payload; `sampleAt` is part of the facts; `open` opens an approval with it. */
export type TestEntry = HeaderFacts & { payload?: PayloadFields; scope?: string; open?: Record<string, unknown> };

export type TestLane = {
  lane: bigint;
  /** Writes entries in one commit and returns their numbers. */
  write(...entries: TestEntry[]): Promise<bigint[]>;
};

/**
 * Gives the log an identity and its console lane, as a first start does. Safe to call again.
 * @param ownerUrl of `testDatabase()`; the program's own role may not name the log
 */
export async function testLog(ownerUrl: string, origin = "countersign.test/audit/1"): Promise<void> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  await owner.query(
    "INSERT INTO audit.log_identity (origin, epoch, sample) VALUES ($1, 1, true) ON CONFLICT DO NOTHING",
    [origin],
  );
  await owner.end();
  await openConsoleLane((sql, values) => pool().query(sql, values), "ins_test", "build-test");
}

/** Opens a process lane and writes to it the way a decision does: through the database's own functions. */
export async function testLane(): Promise<TestLane> {
  const { rows } = await pool().query<{ lane: string; origin: string; epoch: string; now: Date }>(
    "SELECT nextval('audit.lane_number') AS lane, origin, (SELECT epoch FROM audit.control_epoch) AS epoch, clock_timestamp() AS now FROM audit.log_identity",
  );
  const row = rows[0] as (typeof rows)[number];
  const lane = BigInt(row.lane);
  const instance = randomUUID();
  const place = (seq: bigint, prev: Buffer, ts: Date, epoch: string) => ({
    origin: row.origin,
    lane,
    seq,
    prev,
    ts: ts.toISOString(),
    epoch: BigInt(epoch),
  });
  const first = makeEntry(place(1n, genesis(row.origin, lane), row.now, row.epoch), {
    kind: "lane_opened",
    instance,
    actor: "system",
    ref: "build-test",
  });
  await pool().query("SELECT audit.open_lane($1, 'process', $2, 'build-test', $3, $4)", [
    row.lane,
    instance,
    first.leaf,
    first.header,
  ]);

  let seq = 1n;
  let head = first.leaf;
  return {
    lane,
    async write(...entries) {
      const time = await pool().query<{ now: Date; epoch: string }>(
        "SELECT clock_timestamp() AS now, (SELECT epoch FROM audit.control_epoch) AS epoch",
      );
      const { now, epoch } = time.rows[0] as (typeof time.rows)[number];
      const leaves: Buffer[] = [];
      const headers: Buffer[] = [];
      const bodies: (Buffer | null)[] = [];
      const deks: number[] = [];
      let prev = head;
      for (const [at, { payload, scope, open: _open, ...facts }] of entries.entries()) {
        const number = seq + BigInt(at) + 1n;
        const sealed = payload ? sealPayload(payload) : null;
        const key = await writingKey(scope ?? "system", now);
        const entry = makeEntry(place(number, prev, now, epoch), { ...facts, commit: sealed?.commit });
        leaves.push(entry.leaf);
        headers.push(entry.header);
        bodies.push(sealed ? encryptPayload(sealed.body, key.key, lane, number) : null);
        deks.push(key.dekId);
        prev = entry.leaf;
      }
      await pool().query(
        `SELECT audit.append($1, $2, $3, 'infinity', $4, $5, $6, $7::bytea[], $8::bytea[], $9::bytea[], $10::int[], $11::bytea[], ARRAY[]::bytea[], ARRAY[]::int[], false, $12::jsonb, NULL)`,
        [
          row.lane,
          epoch,
          now,
          seq.toString(),
          head,
          prev,
          leaves,
          headers,
          bodies,
          deks,
          entries.map(() => null),
          opened(lane, seq, entries),
        ],
      );
      const written = entries.map((_, at) => seq + BigInt(at) + 1n);
      seq += BigInt(entries.length);
      head = prev;
      return written;
    },
  };
}

/** What opens approvals beside the entries that ask, as the decision plane passes it; null when none does. */
function opened(lane: bigint, seq: bigint, entries: TestEntry[]): string | null {
  const opens = entries.flatMap(({ open }, at) =>
    open ? [{ ...open, o: at + 1, id: entryId("apr", lane, seq + BigInt(at) + 1n) }] : [],
  );
  return opens.length > 0 ? JSON.stringify({ open: opens }) : null;
}
