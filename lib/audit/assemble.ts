// From drafts to one append call: links, hashes and encrypts them in order, and lists what the database must check with them. Knows no connection and no clock.
import { entryId } from "@/lib/ids";
import type { LogIdentity } from "./close-lane";
import { type HeaderFacts, makeEntry } from "./entry";
import { encryptPayload, type SealedPayload } from "./payload";
import type { PayloadKey } from "./payload-keys";
import { byteaArray, intArray } from "./pg-arrays";
import type { ReceiptBody } from "./receipt";

/** What one member wants to write, made under the snapshot of one epoch. */
export type Draft = {
  facts: HeaderFacts;
  payload: SealedPayload | null;
  key: PayloadKey | Promise<PayloadKey>;
  /** salt16 ‖ request digest32, for calls with an idempotency key */
  request?: Buffer;
  /** 32 bytes */
  idem?: Buffer;
  /** epoch ms; the earliest expiry on which the draft relies */
  notAfter?: number;
  budgets?: readonly Record<string, unknown>[];
  consume?: Record<string, unknown>;
  /** Opens an approval; its id is made from the place of the entry. */
  open?: Record<string, unknown>;
  instance?: Record<string, unknown>;
  /** Present when the agent gets a receipt. */
  receipt?: Pick<ReceiptBody, "agent" | "outcome" | "actionDigest" | "instance">;
};

/** Where a lane stands. */
export type LanePlace = { id: bigint; seq: bigint; head: Buffer };

export type AppendCall = ReturnType<typeof assemble>;

/**
 * @param epoch control epoch of the snapshot under which every one of these drafts was made
 * @param ts    estimate of database time, RFC 3339 UTC; the same in all headers of a commit
 */
export function assemble(
  identity: LogIdentity,
  lane: LanePlace,
  drafts: readonly Draft[],
  epoch: bigint,
  ts: string,
  sampleAt: Date | undefined,
) {
  const place = {
    origin: identity.origin,
    lane: lane.id,
    seq: lane.seq,
    prev: lane.head,
    ts,
    epoch,
  };
  const leaves: Buffer[] = [];
  const headers: Buffer[] = [];
  const bodies: (Buffer | null)[] = [];
  const requests: (Buffer | null)[] = [];
  const deks: number[] = [];
  const idem: Buffer[] = [];
  const idemAt: number[] = [];
  const receipts: ReceiptBody[] = [];
  const extra: Record<string, Record<string, unknown>[]> = {};
  const need = (list: string, row: Record<string, unknown>) => {
    extra[list] = [...(extra[list] ?? []), row];
  };
  let notAfter = Number.POSITIVE_INFINITY;

  drafts.forEach((draft, at) => {
    const o = at + 1;
    place.seq += 1n;
    const opened = draft.open ? entryId("apr", place.lane, place.seq) : undefined;
    if (opened) draft.facts.approvalId = opened;
    if (sampleAt) draft.facts.sampleAt = sampleAt.toISOString();
    const prev = place.prev;
    const key = draft.key as PayloadKey;
    const entry = makeEntry(place, {
      ...draft.facts,
      commit: draft.payload?.commit,
      idem: draft.idem?.toString("base64"),
    });
    place.prev = entry.leaf;
    leaves.push(entry.leaf);
    headers.push(entry.header);
    bodies.push(draft.payload ? encryptPayload(draft.payload.body, key.key, place.lane, place.seq) : null);
    requests.push(draft.request ?? null);
    deks.push(key.dekId);
    if (draft.idem) {
      idem.push(draft.idem);
      idemAt.push(o);
    }
    if (draft.notAfter !== undefined && draft.notAfter < notAfter) notAfter = draft.notAfter;
    for (const charge of draft.budgets ?? []) need("budgets", { o, ...charge });
    if (draft.consume) need("consume", { o, ...draft.consume });
    if (draft.open) need("open", { o, id: opened, ...draft.open });
    if (draft.instance) need("instances", { o, ...draft.instance });
    if (draft.receipt) {
      receipts.push({
        v: 1,
        origin: identity.origin,
        epoch: identity.epoch,
        entryId: entryId("dec", place.lane, place.seq),
        ...draft.receipt,
        lane: Number(place.lane),
        seq: Number(place.seq),
        prev: prev.toString("base64"),
        leaf: entry.leaf.toString("base64"),
        ts: place.ts,
        mmdMs: identity.mmdMs,
      });
    }
  });

  const query = {
    name: "append",
    text: "SELECT audit.append($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,false,$15,$16) AS at",
    values: [
      lane.id.toString(),
      epoch.toString(),
      place.ts,
      notAfter === Number.POSITIVE_INFINITY ? "infinity" : new Date(notAfter).toISOString(),
      lane.seq.toString(),
      lane.head,
      place.prev,
      byteaArray(leaves),
      byteaArray(headers),
      byteaArray(bodies),
      intArray(deks),
      byteaArray(requests),
      byteaArray(idem),
      intArray(idemAt),
      Object.keys(extra).length > 0 ? JSON.stringify(extra) : null,
      sampleAt?.toISOString() ?? null,
    ],
  };
  return { drafts, query, leaves, receipts, head: place.prev, seq: place.seq, ts, epoch };
}
