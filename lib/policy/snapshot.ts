import "server-only";

import type pg from "pg";
import { z } from "zod";
import { pseudonymOf } from "@/lib/audit/actors";
import { pool } from "@/lib/db";
import { log } from "@/lib/log";
import { compileAgent, compilePolicy } from "./compile";
import { agentStatus, environment, mandate, policySet, riskClass, tierKey } from "./schema";
import type { CompiledAgent, CompiledPolicy, Principal } from "./types";

/**
 * Everything a decision rests on, at one control epoch: immutable, swapped whole. A process never trusts it to be fresh; the append compares the epoch.
 * architecture design, "Freshness".
 */
export type Snapshot = {
  epoch: bigint;
  policyId: string;
  policyHash: string;
  policy: CompiledPolicy;
  agents: ReadonlyMap<string, AgentFacts>;
  credentials: ReadonlyMap<string, CredentialFacts>;
};

export type AgentFacts = {
  id: string;
  name: string;
  principal: Principal;
  compiled: CompiledAgent;
  ownerId: string;
  /** Scope of the payload key. */
  ownerActor: string;
  echoMode: "off" | "warn" | "enforce";
  maxInstances: number | null;
  sample: boolean;
};

export type CredentialFacts = { id: string; agentId: string; digest: Buffer /** epoch ms */; expiresAt: number | null };

let current: Snapshot | undefined;
let loading: Promise<Snapshot> | undefined;

/** The snapshot of this process; loads it on first use. */
export async function snapshot(): Promise<Snapshot> {
  return current ?? refreshSnapshot();
}

/** The snapshot as it is now in memory, or undefined before the first load: for the hot path, which checks freshness in the append. */
export function loadedSnapshot(): Snapshot | undefined {
  return current;
}

/** Reads what changed since the snapshot in memory and swaps it. Concurrent callers share one read that starts after they called, or one that is about to. */
export function refreshSnapshot(): Promise<Snapshot> {
  if (!loading) {
    loading = Promise.resolve().then(async () => {
      // From here on a change may be missed by this read; whoever asks later gets a read of their own.
      const reading = read(current);
      loading = undefined;
      const next = await reading;
      if (!current || next.epoch >= current.epoch) current = next;
      return current;
    });
  }
  return loading;
}

/** Whether the database has moved on from the snapshot in memory. One small read. */
export async function snapshotIsStale(): Promise<boolean> {
  const { rows } = await pool().query<{ epoch: string }>("SELECT epoch FROM audit.control_epoch");
  return BigInt(rows[0]?.epoch ?? 0) !== current?.epoch;
}

async function read(previous: Snapshot | undefined): Promise<Snapshot> {
  const client = await pool().connect();
  try {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const next = await readWith(client, previous);
    await client.query("COMMIT");
    client.release();
    return next;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

async function readWith(client: pg.PoolClient, previous: Snapshot | undefined): Promise<Snapshot> {
  const epoch = BigInt(
    (await client.query<{ epoch: string }>("SELECT epoch FROM audit.control_epoch")).rows[0]?.epoch ?? 0,
  );
  if (!previous) return readAll(client, epoch);
  if (epoch === previous.epoch) return previous;

  const changes = (
    await client.query<{ kind: string; ref: string }>(
      "SELECT DISTINCT kind, ref FROM audit.control_change WHERE epoch > $1",
      [previous.epoch.toString()],
    )
  ).rows;
  if (changes.some((change) => change.kind === "policy")) return readAll(client, epoch);
  const agentIds = changes
    .filter((change) => change.kind === "agent" || change.kind === "credential")
    .map((change) => change.ref);
  const personIds = changes.filter((change) => change.kind === "person").map((change) => change.ref);
  if (agentIds.length + personIds.length !== changes.length) return readAll(client, epoch);

  const touched = await client.query<{ id: string }>("SELECT id FROM agent WHERE id = ANY($1) OR owner_id = ANY($2)", [
    agentIds,
    personIds,
  ]);
  const ids = touched.rows.map((row) => row.id);
  const agents = new Map(previous.agents);
  for (const id of agentIds) agents.delete(id);
  for (const [id, facts] of await readAgents(client, previous.policy, ids)) agents.set(id, facts);
  const credentials = new Map(previous.credentials);
  const gone = new Set(agentIds);
  for (const [id, credential] of previous.credentials) if (gone.has(credential.agentId)) credentials.delete(id);
  for (const [id, credential] of await readCredentials(client, ids)) credentials.set(id, credential);
  return { ...previous, epoch, agents, credentials };
}

async function readAll(client: pg.PoolClient, epoch: bigint): Promise<Snapshot> {
  const { rows } = await client.query<{ id: string; hash: string; content: unknown }>(
    "SELECT id, hash, content FROM policy_version ORDER BY number DESC LIMIT 1",
  );
  const row = rows[0];
  if (!row) throw new Error("there is no published policy");
  const policy = compilePolicy(policySet.parse(row.content));
  return {
    epoch,
    policyId: row.id,
    policyHash: row.hash,
    policy,
    agents: await readAgents(client, policy, null),
    credentials: await readCredentials(client, null),
  };
}

const agentRow = z.object({
  id: z.string(),
  name: z.string(),
  owner_id: z.string(),
  owner_active: z.boolean(),
  tier: tierKey,
  environment,
  risk_class: riskClass,
  status: agentStatus,
  mandate,
  label: z.string().nullable(),
  echo_mode: z.enum(["off", "warn", "enforce"]),
  max_instances: z.number().nullable(),
  sample: z.boolean(),
});

/** Retired agents stay out: their credentials answer 401. A row that does not parse is left out and logged, so it can do nothing. */
async function readAgents(
  client: pg.PoolClient,
  policy: CompiledPolicy,
  ids: string[] | null,
): Promise<Map<string, AgentFacts>> {
  const { rows } = await client.query(
    `SELECT a.id, a.name, a.owner_id, p.active AS owner_active, a.tier, a.environment, a.risk_class, a.status, a.mandate, v.label, a.echo_mode, a.max_instances, a.sample
       FROM agent a JOIN person p ON p.id = a.owner_id LEFT JOIN agent_version v ON v.id = a.current_version_id
      WHERE a.status <> 'retired' AND ($1::text[] IS NULL OR a.id = ANY($1))`,
    [ids],
  );
  const agents = new Map<string, AgentFacts>();
  for (const raw of rows) {
    const parsed = agentRow.safeParse(raw);
    if (!parsed.success) {
      log.error("an agent's stored record does not parse; it can do nothing until it is saved again", {
        agent: raw.id,
        issue: parsed.error.issues[0]?.message,
      });
      continue;
    }
    const row = parsed.data;
    const principal: Principal = {
      agentId: row.id,
      version: row.label,
      tier: row.tier,
      environment: row.environment,
      status: row.status,
      ownerId: row.owner_active ? row.owner_id : null,
      riskClass: row.risk_class,
    };
    agents.set(row.id, {
      id: row.id,
      name: row.name,
      principal,
      compiled: compileAgent(policy, { principal, mandate: row.mandate }),
      ownerId: row.owner_id,
      ownerActor: await pseudonymOf(row.owner_id),
      echoMode: row.echo_mode,
      maxInstances: row.max_instances ?? (row.echo_mode === "enforce" ? 1 : null),
      sample: row.sample,
    });
  }
  return agents;
}

async function readCredentials(
  client: pg.PoolClient,
  agentIds: string[] | null,
): Promise<Map<string, CredentialFacts>> {
  const { rows } = await client.query<{ id: string; agent_id: string; digest: Buffer; expires_at: Date | null }>(
    `SELECT id, agent_id, digest, expires_at FROM credential
      WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp()) AND ($1::text[] IS NULL OR agent_id = ANY($1))`,
    [agentIds],
  );
  return new Map(
    rows.map((row) => [
      row.id,
      { id: row.id, agentId: row.agent_id, digest: row.digest, expiresAt: row.expires_at?.getTime() ?? null },
    ]),
  );
}
