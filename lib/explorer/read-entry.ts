import "server-only";

import { createHash } from "node:crypto";
import { type Header, readHeader } from "@/lib/audit/entry";
import { type Actor, can } from "@/lib/auth/actor";
import { pool } from "@/lib/db";
import { AppError, notFound } from "@/lib/errors";
import { entryId, parseEntryId } from "@/lib/ids";
import { versionNumberOf } from "@/lib/policy/queries";
import { type StoredRow, toRows } from "./list-entries";
import type { ChainLink, EntryDetail } from "./schema";
import { type Scope, scopeOf } from "./scope";

/** Entries shown before and after the one that is looked at. */
const neighbors = 3;

type Stored = { seq: string; leaf_hash: Buffer; header: Buffer };
export type Place = { lane: bigint; seq: bigint };

/**
 * One entry as it is in the log, with its neighbors and what belongs to it.
 * @throws AppError `not_found` for what is not there and for what the actor may not see, alike
 */
export async function readEntry(actor: Actor, id: string): Promise<EntryDetail> {
  const { place, header, scope } = await findEntry(actor, id);
  const [chain, content, related, policyNumber, [row]] = await Promise.all([
    readChain(place),
    contentState(place, header),
    readRelated(scope, place, header),
    header.policyHash === undefined ? null : versionNumberOf(header.policyHash),
    toRows([rowOf(place, header)]),
  ]);
  const own = chain.find((link) => link.seq === Number(place.seq));
  return {
    ...(row as NonNullable<typeof row>),
    lane: header.lane,
    seq: header.seq,
    recordedAt: header.ts,
    origin: header.origin,
    epoch: header.epoch,
    policyNumber,
    instance: header.instance ?? null,
    actionDigest: header.actionDigest ?? null,
    idempotent: header.idem !== undefined,
    leaf: own?.leaf ?? "",
    prev: own?.prev ?? "",
    commit: header.commit ?? null,
    content,
    mayOpen: content === "stored" && mayOpen(scope, header),
    chain,
    related,
  };
}

/** The entry behind an id, when the actor may see it. */
export async function findEntry(actor: Actor, id: string): Promise<{ place: Place; header: Header; scope: Scope }> {
  const scope = await scopeOf(actor);
  const place = parseEntryId(id);
  if (!place || place.prefix === "apr") throw notFound();
  const { rows } = await pool().query<{ header: Buffer }>(
    "SELECT header FROM audit.entry WHERE lane = $1 AND seq = $2",
    [place.lane.toString(), place.seq.toString()],
  );
  const row = rows[0];
  if (!row) throw notFound();
  const header = readable(row.header);
  if (!header)
    throw new AppError("internal", "this entry was changed and cannot be read; check its lane from an entry beside it");
  if (!(await maySee(actor, scope, place, header))) throw notFound();
  return { place, header, scope };
}

async function maySee(actor: Actor, scope: Scope, place: Place, header: Header): Promise<boolean> {
  if (scope.all || header.actor === scope.pseudonym) return true;
  if (header.agent !== undefined && scope.agentIds.includes(header.agent)) return true;
  // Whoever is asked to judge a request sees the decision that asked.
  if (header.outcome !== "approval_required" || !can(actor, "approvals:vote")) return false;
  const { rowCount } = await pool().query(
    "SELECT 1 FROM approval WHERE lane = $1 AND seq = $2 AND (cardinality(groups) = 0 OR groups && $3::text[])",
    [place.lane.toString(), place.seq.toString(), [...actor.groups]],
  );
  return rowCount === 1;
}

export function mayOpen(scope: Scope, header: Header): boolean {
  return scope.content.all || (header.agent !== undefined && scope.content.agentIds.includes(header.agent));
}

async function contentState(place: Place, header: Header): Promise<EntryDetail["content"]> {
  if (header.commit === undefined) return "none";
  const { rowCount } = await pool().query(
    "SELECT 1 FROM audit.payload p JOIN audit.payload_key k USING (dek_id) WHERE p.lane = $1 AND p.seq = $2 AND p.body IS NOT NULL AND k.wrapped IS NOT NULL",
    [place.lane.toString(), place.seq.toString()],
  );
  return rowCount === 1 ? "stored" : "erased";
}

/** The neighbors in the lane, each hash computed again from the stored bytes. */
export async function readChain({ lane, seq }: Place): Promise<ChainLink[]> {
  const { rows } = await pool().query<Stored>(
    "SELECT seq, leaf_hash, header FROM audit.entry WHERE lane = $1 AND seq BETWEEN $2 AND $3 ORDER BY seq",
    [lane.toString(), (seq - BigInt(neighbors)).toString(), (seq + BigInt(neighbors)).toString()],
  );
  return rows.map((row, at) => {
    const before = rows[at - 1];
    const header = readable(row.header);
    const prev = Buffer.from(header?.prev ?? "", "base64");
    const consecutive = before !== undefined && BigInt(before.seq) + 1n === BigInt(row.seq);
    return {
      id: entryId(header?.kind === "decision" ? "dec" : "evt", lane, BigInt(row.seq)),
      seq: Number(row.seq),
      kind: header?.kind ?? "unreadable",
      leaf: row.leaf_hash.toString("hex"),
      prev: prev.toString("hex"),
      hashFits: createHash("sha256")
        .update(Buffer.from([0]))
        .update(row.header)
        .digest()
        .equals(row.leaf_hash),
      linkFits: consecutive ? before.leaf_hash.equals(prev) : at === 0 ? null : false,
    };
  });
}

/** A stored header; null when it was changed into something that is not one. The picture of the lane shows that too. */
function readable(bytes: Buffer): Header | null {
  try {
    const header = readHeader(bytes);
    return typeof header.kind === "string" && typeof header.prev === "string" ? header : null;
  } catch {
    return null;
  }
}

/** What happened later: votes, redemption, outcome reports, looks at the content. */
async function readRelated(scope: Scope, { lane, seq }: Place, header: Header): Promise<EntryDetail["related"]> {
  const opened = header.kind === "decision" ? entryId("apr", lane, seq) : null;
  const approvals = [opened, header.approvalId].filter((id) => id !== null && id !== undefined);
  const refs = [entryId("dec", lane, seq), entryId("evt", lane, seq), ...approvals];
  const { rows } = await pool().query<StoredRow>(
    `SELECT v.lane, v.seq, v.kind, v.at, v.agent_id, v.actor, v.outcome, v.codes, v.tool, v.effect, v.approval_id, v.policy_hash, v.ref, v.sample
       FROM entry_view v WHERE (v.approval_id = ANY ($1::text[]) OR v.ref = ANY ($2::text[])) AND NOT (v.lane = $3 AND v.seq = $4)
        AND ($5 OR v.agent_id = ANY ($6::text[]) OR v.actor = $7) ORDER BY v.at, v.lane, v.seq LIMIT 50`,
    [approvals, refs, lane.toString(), seq.toString(), scope.all, scope.agentIds, scope.pseudonym],
  );
  return toRows(rows);
}

function rowOf({ lane, seq }: Place, header: Header): StoredRow {
  return {
    lane: lane.toString(),
    seq: seq.toString(),
    kind: header.kind,
    at: new Date(header.sampleAt ?? header.ts),
    agent_id: header.agent ?? null,
    actor: header.actor ?? null,
    outcome: header.outcome ?? null,
    codes: [...(header.codes ?? [])],
    tool: header.tool ?? null,
    effect: header.effect ?? null,
    approval_id: header.approvalId ?? null,
    policy_hash: header.policyHash ?? null,
    ref: header.ref ?? null,
    sample: header.sampleAt !== undefined,
  };
}
