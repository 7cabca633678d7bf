import "server-only";

import { rotateCredential } from "@/lib/agents/rotate-credential";
import type { Actor } from "@/lib/auth/actor";
import { db, pool } from "@/lib/db";
import { refreshSnapshot } from "@/lib/policy/snapshot";
import { type AgentKey, sampleAgents } from "./agents";
import type { PersonKey } from "./people";
import { type Random, seededRandom } from "./random";
import type { Act } from "./work";

/** What one agent does at one moment: calls that leave together, or one call that redeems an approval. */
export type Session = { at: number; agent: AgentKey; acts: Act[]; approvalId?: string };

/** A vote that somebody will cast. `last` is the one that completes an approval. */
export type Ballot = {
  at: number;
  approvalId: string;
  voter: Actor;
  verdict: "approve" | "deny";
  comment: string | undefined;
  last: boolean;
  session: Session;
  act: Act;
};

/** The organization at work: who holds which credential, which votes and redemptions are still to come. */
export type Office = {
  actors: Record<PersonKey, Actor>;
  random: Random;
  agents: Map<AgentKey, { id: string; credentialId: string }>;
  ballots: Ballot[];
  redemptions: Session[];
  /** The last receipt of agents that prove with each call that they are the same one. */
  echoes: Map<AgentKey, { n: number; lastReceipt?: { lane: number; seq: number; leaf: string } }>;
};

export async function openOffice(actors: Record<PersonKey, Actor>): Promise<Office> {
  const office: Office = {
    actors,
    random: seededRandom("office"),
    agents: new Map(),
    ballots: [],
    redemptions: [],
    echoes: new Map(),
  };
  await learnCredentials(office);
  await learnEchoes(office);
  return office;
}

/** The one running process of an agent, as its calls name it. */
export const instanceOf = (agent: AgentKey) => `${agent}-7f3a`;

/** A seed that goes on holds the receipts it had: those of agents of high risk, which echo them. */
async function learnEchoes(office: Office): Promise<void> {
  for (const [agent, { id }] of office.agents) {
    if (sampleAgents[agent].profile.riskClass !== "high") continue;
    const { rows } = await pool().query<{ n_max: string; lane: string; seq: string; leaf_hash: Buffer }>(
      `SELECT c.n_max, e.lane, e.seq, e.leaf_hash FROM audit.client_instance c,
              LATERAL (SELECT lane, seq, leaf_hash FROM audit.entry, LATERAL (SELECT convert_from(header, 'UTF8')::json AS said) header
                        WHERE said->>'agent' = c.agent AND said->>'instance' = c.instance ORDER BY said->>'ts' DESC, seq DESC LIMIT 1) e
        WHERE c.agent = $1 AND c.instance = $2`,
      [id, instanceOf(agent)],
    );
    const [last] = rows;
    if (!last) continue;
    const lastReceipt = { lane: Number(last.lane), seq: Number(last.seq), leaf: last.leaf_hash.toString("base64") };
    office.echoes.set(agent, { n: Math.max(1, Number(last.n_max) + 1), lastReceipt });
  }
}

/** Replaces the credential of an agent, as its owner does now and then. */
export async function rotate(office: Office, agent: AgentKey, owner: Actor): Promise<void> {
  await rotateCredential(owner, office.agents.get(agent)?.credentialId ?? "", {
    overlapSeconds: 86_400,
    expiresAt: undefined,
  });
  await learnCredentials(office);
}

async function learnCredentials(office: Office): Promise<void> {
  const current = {
    where: { revokedAt: null, rotatedToId: null },
    orderBy: { createdAt: "desc" },
    take: 1,
    select: { id: true },
  } as const;
  const rows = await db.agent.findMany({
    where: { sample: true },
    select: { id: true, name: true, credentials: current },
  });
  for (const [key, { profile }] of Object.entries(sampleAgents)) {
    const row = rows.find(({ name }) => name === profile.name);
    if (row) office.agents.set(key as AgentKey, { id: row.id, credentialId: row.credentials[0]?.id ?? "" });
  }
  await refreshSnapshot();
}
