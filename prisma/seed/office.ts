import "server-only";

import { rotateCredential } from "@/lib/agents/rotate-credential";
import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db";
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
  return office;
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
