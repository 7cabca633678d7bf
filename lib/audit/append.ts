import "server-only";

import { db, type Tx } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { invariant } from "@/lib/invariant";
import { sampleTime } from "@/lib/sample-time";
import { pseudonymOf } from "./actors";
import { genesis, type HeaderFacts, makeEntry } from "./entry";
import { encryptPayload, type PayloadFields, sealPayload } from "./payload";
import { writingKey } from "./payload-keys";
import { turns } from "./turns";

/**
 * The console lane: what people and jobs do. `append` takes a transaction, so an entry without its state change does not compile.
 * Lock order: CONTROL → … → lane row; the lane row is held until COMMIT, so appending is the last thing a transaction does.
 */

/** Who an entry names. A person id is turned into a pseudonym; `system` for jobs. */
export type Author = { personId: string } | "system";

export type Event = Omit<HeaderFacts, "actor" | "commit" | "idem"> & {
  /** Free text, names and values: encrypted, erasable. */
  payload?: PayloadFields;
  /** Who the payload is about, for its key: an owner's person id. `system` when left out. */
  scope?: string;
};

/** What a change of facts that decisions rest on is about: for the change feed that refreshes every process. */
export type ControlChange = { kind: "agent" | "policy" | "credential" | "person"; ref: string };

/**
 * INVARIANT (writers never hold the whole pool): a change may need a second connection, for a name or a key it sees for the first time; if changes held every
 * connection, each would wait for the others. They queue for the console lane anyway, so more at once would gain nothing.
 */
const inTurn = turns(6);

/**
 * Changes something that no decision rests on, and says so in the log.
 * @param change own rows first; returns the result and at least one event
 */
export async function recordChange<Result>(
  author: Author,
  change: (tx: Tx) => Promise<{ result: Result; events: Event[] }>,
): Promise<Result> {
  const actor = await pseudonymOf(author === "system" ? "system" : author.personId);
  return inTurn(() =>
    db.$transaction(
      async (tx) => {
        const { result, events } = await change(tx);
        await append(tx, actor, events);
        return result;
      },
      { timeout: 15_000, maxWait: 5_000 },
    ),
  );
}

/**
 * Changes something that decisions rest on. When this returns, every append of every process is either before the change or has seen it; and no process
 * releases an allow that was committed before it (it waits out the 250 ms release rule).
 * @param change own rows first; returns the result, what changed, and at least one event
 * @see audit-log design §5.4
 */
export async function changeControl<Result>(
  author: Author,
  change: (tx: Tx) => Promise<{ result: Result; changes: ControlChange[]; events: Event[] }>,
): Promise<Result> {
  const actor = await pseudonymOf(author === "system" ? "system" : author.personId);
  const result = await inTurn(() =>
    db.$transaction(
      async (tx) => {
        await tx.$executeRaw`SET LOCAL lock_timeout = '5s'`;
        const { result, changes, events } = await change(tx);
        invariant(changes.length > 0, "a control change names what changed");
        await tx.$queryRaw`SELECT audit.change_control(${changes.map((one) => one.kind)}::text[], ${changes.map((one) => one.ref)}::text[])`;
        await append(tx, actor, events);
        return result;
      },
      { timeout: 15_000, maxWait: 5_000 },
    ),
  );
  await new Promise((resolve) => setTimeout(resolve, releaseMilliseconds));
  return result;
}

/**
 * Takes CONTROL before anything else, for a change of rows that appends lock too: approvals, and an agent's unique columns. Without it the two would wait for each other.
 * @param mode `exclusive` inside `changeControl`, `shared` inside `recordChange`
 */
export async function holdControl(tx: Tx, mode: "exclusive" | "shared" = "exclusive"): Promise<void> {
  if (mode === "exclusive") await tx.$executeRaw`SELECT pg_advisory_xact_lock(42)`;
  else await tx.$executeRaw`SELECT pg_advisory_xact_lock_shared(42)`;
}

/** An allow leaves a process only within this time of sending its append; a control change returns after it. */
export const releaseMilliseconds = 250;

/**
 * Writes events to the console lane, as the last statements of `tx`.
 * @param actor pseudonym
 */
export async function append(tx: Tx, actor: string, events: Event[]): Promise<{ lane: bigint; seqs: bigint[] }> {
  invariant(events.length > 0, "a change has at least one event");
  // A statement of its own: one that waited for CONTROL would go on with the epoch from before it waited, and be refused.
  await holdControl(tx, "shared");
  const [place] = await tx.$queryRaw<
    { lane: bigint; seq: bigint; head: Uint8Array; epoch: bigint; now: Date; origin: string }[]
  >`
    SELECT l.lane, l.seq, l.head, c.epoch, clock_timestamp() AS now, i.origin
      FROM audit.lane l, audit.control_epoch c, audit.log_identity i
     WHERE l.kind = 'console' AND l.closed_at IS NULL FOR UPDATE OF l`;
  if (!place) throw new AppError("audit_unavailable", "the log has no open console lane");

  const ts = place.now.toISOString();
  const standsFor = sampleTime()?.toISOString();
  const built = {
    leaves: [] as Buffer[],
    headers: [] as Buffer[],
    bodies: [] as (Buffer | null)[],
    deks: [] as number[],
  };
  let prev: Buffer = Buffer.from(place.head);
  let seq = place.seq;
  const seqs: bigint[] = [];
  for (const { payload, scope, ...facts } of events) {
    seq += 1n;
    seqs.push(seq);
    const sealed = payload ? sealPayload(payload) : null;
    const dek = await writingKey(scope ? await pseudonymOf(scope) : "system", place.now);
    const entry = makeEntry(
      { origin: place.origin, lane: place.lane, seq, prev, ts, epoch: place.epoch },
      { ...facts, actor, commit: sealed?.commit, sampleAt: facts.sampleAt ?? standsFor },
    );
    built.leaves.push(entry.leaf);
    built.headers.push(entry.header);
    built.bodies.push(sealed ? encryptPayload(sealed.body, dek.key, place.lane, seq) : null);
    built.deks.push(dek.dekId);
    prev = entry.leaf;
  }
  // The epoch is the one this transaction sees: its own when it moved it.
  await tx.$queryRaw`SELECT audit.append(${place.lane}, ${place.epoch}, ${place.now}, 'infinity'::timestamptz, ${place.seq}, ${place.head}, ${prev},
    ${built.leaves}::bytea[], ${built.headers}::bytea[], ${built.bodies}::bytea[], ${built.deks}::int[], ${built.bodies.map(() => null)}::bytea[],
    ARRAY[]::bytea[], ARRAY[]::int[], false, NULL, ${standsFor ?? null}::timestamptz)`;
  return { lane: place.lane, seqs };
}

/** Opens the console lane of a new log. Safe to call at every start: the database holds at most one. */
export async function openConsoleLane(
  query: (sql: string, values?: unknown[]) => Promise<{ rows: Record<string, unknown>[] }>,
  instance: string,
  build: string,
): Promise<void> {
  const open = await query("SELECT 1 FROM audit.lane WHERE kind = 'console' AND closed_at IS NULL");
  if (open.rows.length > 0) return;
  const { rows } = await query(
    "SELECT nextval('audit.lane_number') AS lane, origin, epoch, (SELECT epoch FROM audit.control_epoch) AS control, clock_timestamp() AS now FROM audit.log_identity",
  );
  const row = rows[0];
  invariant(row, "the log has an identity");
  const lane = BigInt(row.lane as string);
  const entry = makeEntry(
    {
      origin: row.origin as string,
      lane,
      seq: 1n,
      prev: genesis(row.origin as string, lane),
      ts: (row.now as Date).toISOString(),
      epoch: BigInt(row.control as string),
    },
    { kind: "lane_opened", instance, actor: "system", ref: build },
  );
  try {
    await query("SELECT audit.open_lane($1, 'console', $2, $3, $4, $5)", [
      lane.toString(),
      instance,
      build,
      entry.leaf,
      entry.header,
    ]);
  } catch (error) {
    if ((error as { code?: string }).code !== "23505") throw error; // another instance was first
  }
}
