import "server-only";

import pg from "pg";
import { connectionConfig, pool } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { type AppendCall, assemble, type Draft, type LanePlace } from "./assemble";
import { closeLaneOf, instanceId, type LogIdentity, readIdentity } from "./close-lane";
import { genesis, makeEntry } from "./entry";
import { fairBatch } from "./fair-batch";
import { type Receipt, type ReceiptKey, signReceipts } from "./receipt";

/**
 * Lanes: how a process writes to the log at speed. Each lane is one writer connection with a hash chain of its own and one call in flight; what is queued when a
 * call returns becomes the next commit, of up to 256 members. Nobody is answered before COMMIT is known. audit-log design §5.
 *
 * Life of a commit: draft every member at the snapshot's epoch → link, hash, encrypt → one audit.append call → one signature → answer all.
 * If the process dies before COMMIT, nothing is stored; after COMMIT and before the answer, the entry is stored and unanswered, and a retry with its key finds it.
 */

export type Committed = {
  lane: bigint;
  seq: bigint;
  leaf: Buffer;
  ts: string;
  epoch: bigint;
  receipt?: Receipt;
  /** Of this process, monotonic ms: when the append was sent. Decides about releasing an allow. */
  sentAt: number;
};

/** What the database refused about one member, for its next draft. */
export type Refusal =
  | { why: "budget"; exhausted: { key: string; window: string; spent: string; used: string }[] }
  | { why: "approval" }
  | { why: "instance"; reason: "counter" | "instances" | "echo" };

export type Member = {
  /** Called again after each refusal. Throws an AppError to leave the batch with it. */
  draft(): Draft;
  learn(refusal: Refusal): void;
  /** The idempotency key is taken. */
  replayed(): void;
  committed(result: Committed): void;
  /** The first of `committed`, `replayed` and `failed` counts: a member past its deadline fails while its call is still under way. */
  failed(error: unknown): void;
  /** monotonic ms; past it the member is denied */
  deadline: number;
  /** Who asks: while more is queued than fits in a commit, nobody gets more places than the others. */
  party: string;
};

/** What the lanes need from above: they know no policy. */
export type LaneSource = { epoch(): bigint; refresh(): Promise<unknown>; receiptKey: ReceiptKey };

export type Lanes = {
  /** @throws AppError `too_many_requests` when the queue is full */
  submit(member: Member, sampleAt?: Date): void;
  identity: LogIdentity;
  /** Best estimate of database time, ms. */
  now(): number;
  /** Entries this process wrote lately, by `lane:seq`: what the echo is compared with. */
  recent(
    lane: bigint,
    seq: bigint,
  ): { leaf: string; agent?: string | undefined; instance?: string | undefined } | undefined;
  depth(): number;
  /** Finishes what is queued, closes the lanes and their connections. */
  close(): Promise<void>;
};

const batchSize = 256;
const queueLimit = 8192;
/**
 * While one commit is under way, another is begun only for this many members, or when the first one is late: a commit costs about as much as ten members, and
 * what waits for its return shares the next one.
 */
const worthAnother = 32;
const lateMilliseconds = 10;
const laneLifeMilliseconds = 24 * 3600 * 1000;

type Lane = LanePlace & { client: pg.Client; openedAt: number; busy: boolean; members: readonly Member[] };
type Queued = { member: Member; sampleAt: Date | undefined };

/** Opens the lanes of this process. @param count connections, one call in flight each */
export async function openLanes(source: LaneSource, build: string, count = 2): Promise<Lanes> {
  const identity = await readIdentity();
  const lanes: (Lane | null)[] = [];
  const queue: Queued[] = [];
  const recent = new Map<string, { leaf: string; agent?: string | undefined; instance?: string | undefined }>();
  // Database time less this process's monotonic clock: a wall clock that is set forward or back changes nothing here.
  let offset = 0;
  let closing = false;
  const now = () => performance.now() + offset;

  async function openLane(): Promise<Lane> {
    const client = await connect();
    try {
      const { rows } = await client.query<{ lane: string; epoch: string; now: Date }>(
        "SELECT nextval('audit.lane_number') AS lane, (SELECT epoch FROM audit.control_epoch) AS epoch, clock_timestamp() AS now",
      );
      const row = rows[0] as (typeof rows)[number];
      offset = row.now.getTime() - performance.now();
      const id = BigInt(row.lane);
      const first = makeEntry(
        {
          origin: identity.origin,
          lane: id,
          seq: 1n,
          prev: genesis(identity.origin, id),
          ts: row.now.toISOString(),
          epoch: BigInt(row.epoch),
        },
        { kind: "lane_opened", instance: instanceId, actor: "system", ref: build },
      );
      await client.query("SELECT audit.open_lane($1, 'process', $2, $3, $4, $5)", [
        row.lane,
        instanceId,
        build,
        first.leaf,
        first.header,
      ]);
      return { id, seq: 1n, head: first.leaf, client, openedAt: performance.now(), busy: false, members: [] };
    } catch (error) {
      client.end().catch(() => {});
      throw error;
    }
  }

  function submit(member: Member, sampleAt?: Date): void {
    if (closing) throw new AppError("unavailable", "this instance is stopping; ask again");
    if (queue.length >= queueLimit)
      throw new AppError("too_many_requests", "too many decisions are waiting on this instance", {
        retryAfterSeconds: 1,
      });
    queue.push({ member, sampleAt });
    soon();
  }

  let scheduled = false;
  /** At the end of this turn of the event loop: what arrived in it becomes one commit, instead of its first call alone. */
  function soon(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(pump);
  }

  let lastBegun = 0;
  let waiting: NodeJS.Timeout | undefined;
  function pump(): void {
    scheduled = false;
    for (let at = 0; at < count && queue.length > 0; at++) {
      const lane = lanes[at];
      if (lane && !lane.busy && worthIt()) {
        lane.busy = true;
        lastBegun = performance.now();
        void work(at, lane);
      } else if (!lane) void reopen(at);
    }
  }

  function worthIt(): boolean {
    if (queue.length >= worthAnother || !lanes.some((lane) => lane?.busy)) return true;
    const late = lastBegun + lateMilliseconds - performance.now();
    if (late <= 0) return true;
    if (!waiting) {
      waiting = setTimeout(() => {
        waiting = undefined;
        pump();
      }, late).unref();
    }
    return false;
  }

  const reopening = new Set<number>();
  async function reopen(at: number): Promise<void> {
    if (reopening.has(at)) return;
    reopening.add(at);
    try {
      lanes[at] = await openLane();
    } catch (error) {
      log.warn("a lane could not be opened", { error });
      expire();
      await new Promise((resolve) => setTimeout(resolve, 200));
    } finally {
      reopening.delete(at);
    }
    expire();
    pump();
  }

  /**
   * While the log cannot record, nobody waits past their deadline: neither in the queue nor in a call that does not return. What becomes of such a call is
   * settled later; its members were denied.
   */
  function expire(): void {
    const time = performance.now();
    for (const lane of lanes)
      for (const member of lane?.members ?? []) if (member.deadline <= time) member.failed(unavailable());
    for (let at = queue.length - 1; at >= 0; at--) {
      const { member } = queue[at] as Queued;
      if (member.deadline <= time) {
        queue.splice(at, 1);
        member.failed(unavailable());
      }
    }
  }
  const expiry = setInterval(expire, 250).unref();

  async function work(at: number, lane: Lane): Promise<void> {
    const batch = take();
    lane.members = batch.members;
    try {
      const alive = await commit(lane, batch.members, batch.sampleAt);
      if (alive && performance.now() - lane.openedAt > laneLifeMilliseconds) {
        await closeLaneOf(identity, lane.id, "its own process", "age");
        lane.client.end().catch(() => {});
        lanes[at] = null;
      } else if (!alive) lanes[at] = null;
    } catch (error) {
      log.error("a commit ended in a fault of ours", { error });
      for (const member of batch.members) member.failed(unavailable(error));
      lane.client.end().catch(() => {});
      lanes[at] = null;
      void settle(lane.id);
    }
    lane.busy = false;
    lane.members = [];
    soon();
  }

  /** Members of one commit share the time that sample data stands for. */
  function take(): { members: Member[]; sampleAt: Date | undefined } {
    const sampleAt = queue[0]?.sampleAt;
    let size = 0;
    while (size < queue.length && queue[size]?.sampleAt?.getTime() === sampleAt?.getTime()) size++;
    const { batch, rest } = fairBatch(queue.splice(0, size), batchSize, ({ member }) => member.party);
    queue.unshift(...rest);
    return { members: batch.map(({ member }) => member), sampleAt };
  }

  /** Commits the members on this lane. Returns false when the lane can not be used again; its members are settled or queued again. */
  async function commit(lane: Lane, members: Member[], sampleAt: Date | undefined): Promise<boolean> {
    let pending = members;
    for (let round = 0; pending.length > 0; round++) {
      pending = pending.filter((member) => {
        if (member.deadline > performance.now()) return true;
        member.failed(unavailable());
        return false;
      });
      const drafted = await draftAll(pending);
      pending = drafted.members;
      if (pending.length === 0) return true;
      const ts = new Date(now()).toISOString();
      const call: Call = { ...assemble(identity, lane, drafted.drafts, drafted.epoch, ts, sampleAt), members: pending };

      const sentAt = performance.now();
      try {
        const { rows } = await lane.client.query(call.query);
        offset = (rows[0] as { at: Date }).at.getTime() - performance.now();
        done(lane, call, sentAt);
        return true;
      } catch (error) {
        const code = (error as { code?: string }).code ?? "";
        const detail = (error as { detail?: string }).detail ?? "[]";
        if (code === "CS001") await source.refresh();
        else if (code === "CS002") await readClock(lane);
        else if (code === "CS003") pending = replays(pending, JSON.parse(detail));
        else if (code === "CS004") budgets(pending, JSON.parse(detail));
        else if (code === "CS005")
          for (const o of JSON.parse(detail) as number[]) pending[o - 1]?.learn({ why: "approval" });
        else if (code === "CS006")
          for (const { o, why } of JSON.parse(detail) as { o: number; why: "counter" | "instances" | "echo" }[])
            pending[o - 1]?.learn({ why: "instance", reason: why });
        else if (code === "55P03" || code === "40P01")
          log.warn("a commit waited too long for a lock", { code, lane: lane.id, members: pending.length });
        else if (code === "CS007" || code === "23000" || (code === "23505" && /entry/.test(detail)))
          return retryElsewhere(lane, pending, sampleAt);
        else if (/^(22|23|42|P0|54)/.test(code)) {
          // An error of the engine about one member must not fail the others: each is tried alone, and the one that fails again is denied.
          log.error("the log refused a commit", { code, error, members: pending.length });
          if (pending.length === 1) {
            pending[0]?.failed(unavailable(error));
            return true;
          }
          for (const member of pending)
            if (!(await commit(lane, [member], sampleAt)))
              return retryElsewhere(lane, pending.slice(pending.indexOf(member) + 1), sampleAt);
          return true;
        } else return unknown(lane, call, sentAt, sampleAt);
      }
      if (round >= 20) {
        for (const member of pending) member.failed(unavailable());
        return true;
      }
    }
    return true;
  }

  /** Asks every member for its draft. INVARIANT (one snapshot per commit): all drafts, and the epoch they are sent with, are of the same snapshot. */
  async function draftAll(wanted: Member[]): Promise<{ members: Member[]; drafts: Draft[]; epoch: bigint }> {
    for (;;) {
      const epoch = source.epoch();
      const members: Member[] = [];
      const drafts: Draft[] = [];
      for (const member of wanted) {
        try {
          const draft = member.draft();
          if (draft.key instanceof Promise) draft.key = await draft.key;
          drafts.push(draft);
          members.push(member);
        } catch (error) {
          member.failed(error);
        }
      }
      if (source.epoch() === epoch) return { members, drafts, epoch };
      wanted = members;
    }
  }

  type Call = AppendCall & { members: Member[] };

  /** COMMIT is known. One signature, then everybody is answered. */
  function done(lane: Lane, call: Call, sentAt: number): void {
    const base = lane.seq;
    lane.seq = call.seq;
    lane.head = call.head;
    const signed = call.receipts.length > 0 ? signReceipts(call.receipts, source.receiptKey) : [];
    let next = 0;
    call.members.forEach((member, at) => {
      const seq = base + BigInt(at + 1);
      const draft = call.drafts[at] as Draft;
      const receipt = draft.receipt ? signed[next++] : undefined;
      const leaf = call.leaves[at] as Buffer;
      if (receipt)
        remember(lane.id, seq, { leaf: receipt.leaf, agent: draft.facts.agent, instance: draft.facts.instance });
      member.committed({
        lane: lane.id,
        seq,
        leaf,
        ts: call.ts,
        epoch: call.epoch,
        sentAt,
        ...(receipt ? { receipt } : {}),
      });
    });
  }

  function remember(
    lane: bigint,
    seq: bigint,
    entry: { leaf: string; agent?: string | undefined; instance?: string | undefined },
  ): void {
    recent.set(`${lane}:${seq}`, entry);
    if (recent.size > 50_000) recent.delete(recent.keys().next().value as string);
  }

  /** The clocks drifted apart, or an expiry passed: look at the database's again, then draft anew. */
  async function readClock(lane: Lane): Promise<void> {
    const { rows } = await lane.client.query<{ now: Date }>("SELECT clock_timestamp() AS now");
    if (!rows[0]) return;
    const before = offset;
    offset = rows[0].now.getTime() - performance.now();
    if (Math.abs(offset - before) > 2000)
      log.warn("the clock of the database moved", { milliseconds: Math.round(offset - before) });
  }

  function replays(pending: Member[], taken: number[]): Member[] {
    for (const o of taken) pending[o - 1]?.replayed();
    return pending.filter((_, at) => !taken.includes(at + 1));
  }

  function budgets(
    pending: Member[],
    refused: { o: number; key: string; window: string; spent: string; used: number }[],
  ): void {
    for (const [at, member] of pending.entries()) {
      const exhausted = refused.filter((one) => one.o === at + 1).map((one) => ({ ...one, used: String(one.used) }));
      if (exhausted.length > 0) member.learn({ why: "budget", exhausted });
    }
  }

  /** Someone closed the lane, or it is no longer ours: the members are written on another one. */
  function retryElsewhere(lane: Lane, pending: Member[], sampleAt: Date | undefined): false {
    log.warn("a lane moved without its writer; opening another", { lane: lane.id });
    lane.client.end().catch(() => {});
    queue.unshift(...pending.map((member) => ({ member, sampleAt })));
    void settle(lane.id);
    return false;
  }

  /**
   * The outcome of the call is unknown. Close the lane, then read it: until the close is committed the old call may still be under way, and a plain read of the
   * lane would prove nothing. INVARIANT (close before read).
   */
  async function unknown(lane: Lane, call: Call, sentAt: number, sampleAt: Date | undefined): Promise<false> {
    lane.client.end().catch(() => {});
    const latest = Math.max(...call.members.map((member) => member.deadline));
    const last = call.leaves.at(-1);
    for (;;) {
      try {
        await closeLaneOf(identity, lane.id, instanceId, "outcome unknown");
        const { rows } = await pool().query<{ leaf_hash: Buffer }>(
          "SELECT leaf_hash FROM audit.entry WHERE lane = $1 AND seq = $2",
          [lane.id.toString(), call.seq.toString()],
        );
        if (last && rows[0]?.leaf_hash.equals(last)) done(lane, call, sentAt);
        else queue.unshift(...call.members.map((member) => ({ member, sampleAt })));
        return false;
      } catch (error) {
        if (performance.now() > latest) {
          log.error("the outcome of a commit could not be settled before its deadline", { lane: lane.id, error });
          for (const member of call.members) member.failed(unavailable(error));
          void settle(lane.id);
          return false;
        }
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
    }
  }

  /** Closes a lane that this process gave up, however long it takes. */
  async function settle(lane: bigint): Promise<void> {
    while (!closing) {
      try {
        await closeLaneOf(identity, lane, instanceId, "given up");
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
  }

  for (let at = 0; at < count; at++) lanes[at] = await openLane();

  return {
    submit,
    identity,
    now,
    recent: (lane, seq) => recent.get(`${lane}:${seq}`),
    depth: () => queue.length,
    async close() {
      const limit = performance.now() + 5000;
      while ((queue.length > 0 || lanes.some((lane) => lane?.busy)) && performance.now() < limit)
        await new Promise((resolve) => setTimeout(resolve, 10));
      closing = true;
      clearInterval(expiry);
      for (const { member } of queue.splice(0)) member.failed(unavailable());
      for (const lane of lanes) {
        if (!lane) continue;
        await closeLaneOf(identity, lane.id, instanceId, "stopped").catch((error) =>
          log.warn("a lane was left open", { lane: lane.id, error }),
        );
        await lane.client.end().catch(() => {});
      }
    },
  };
}

function unavailable(cause?: unknown): AppError {
  return new AppError("audit_unavailable", "the decision could not be recorded, so it is denied; ask again", { cause });
}

async function connect(): Promise<pg.Client> {
  const client = new pg.Client(connectionConfig({ application_name: "countersign lane" }) as pg.ClientConfig);
  client.on("error", (error) => log.warn("a lane lost its connection", { error }));
  await client.connect();
  // Plans cached on empty tables kept full scans while tables grew; weaker durability is refused, not warned about.
  const { rows } = await client.query<{ sync: string; version: number }>(
    "SELECT current_setting('synchronous_commit') AS sync, current_setting('server_version_num')::int AS version",
  );
  const { sync, version } = rows[0] as { sync: string; version: number };
  if (sync !== "on" && sync !== "remote_apply") {
    await client.end();
    throw new Error(`synchronous_commit is ${sync}: set it to on or remote_apply`);
  }
  await client.query(`SET plan_cache_mode = force_generic_plan; SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_seqscan = off;
    SET lock_timeout = '500ms'; SET statement_timeout = '3s'; SET idle_in_transaction_session_timeout = '2s'; SET TimeZone = 'UTC'; SET default_transaction_isolation = 'read committed';
    ${version >= 170000 ? "SET transaction_timeout = '5s';" : ""}`);
  return client;
}
