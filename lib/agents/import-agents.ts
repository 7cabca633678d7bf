import "server-only";

import { type Author, changeControl, type Event } from "@/lib/audit/append";
import type { Tx } from "@/lib/db";
import type { Json } from "@/lib/json";
import { expiryOf, storeCredential } from "./issue-credential";
import { checkMandate } from "./mandate";
import { createAgent } from "./register";
import type { IssuedCredential, RegisterInput } from "./schema";

export type AgentImport = {
  agent: RegisterInput;
  /** `draft` when left out. */
  status?: "draft" | "active";
  /** Issues a first credential. */
  credential?: { expiresAt?: string };
  /** Marks sample data, and the time its registration stands for. */
  sampleAt?: Date;
};

export type ImportedAgent = { id: string; name: string; credential: IssuedCredential | null };

/**
 * Registers many agents in one control change. For the program's own imports: nobody's permission is asked.
 * @returns in the order given; the secrets are in the answer and nowhere else
 * @throws AppError as `registerAgent`; then none is registered
 */
export async function importAgents(author: Author, imports: readonly AgentImport[]): Promise<ImportedAgent[]> {
  for (const { agent } of imports) await checkMandate(agent.mandate);
  return changeControl(author, async (tx) => {
    const result: ImportedAgent[] = [];
    const events: Event[] = [];
    for (const one of imports) {
      const imported = await write(tx, author, one);
      result.push(imported.agent);
      events.push(...imported.events);
    }
    return { result, changes: result.map((agent) => ({ kind: "agent" as const, ref: agent.id })), events };
  });
}

async function write(
  tx: Tx,
  author: Author,
  { agent, status, credential, sampleAt }: AgentImport,
): Promise<{ agent: ImportedAgent; events: Event[] }> {
  const createdById = author === "system" ? null : author.personId;
  const { id, versionId, ownerId } = await createAgent(tx, agent, createdById);
  const about = { agent: id, scope: ownerId, ...(sampleAt ? { sampleAt: sampleAt.toISOString() } : {}) };
  const events: Event[] = [
    { ...about, kind: "agent_registered", ref: versionId, payload: agent as unknown as { [name: string]: Json } },
  ];
  const at = sampleAt ?? new Date();
  if (status === "active") events.push({ ...about, kind: "agent_activated", payload: {} });
  await tx.agent.update({
    where: { id },
    data: {
      ...(status === "active" ? { status, activatedAt: at } : {}),
      ...(sampleAt ? { sample: true, createdAt: sampleAt } : {}),
    },
  });
  let issued: IssuedCredential | null = null;
  if (credential) {
    issued = await storeCredential(tx, id, expiryOf(credential.expiresAt, new Date()), createdById);
    events.push({ ...about, kind: "credential_issued", ref: issued.id, payload: { expiresAt: issued.expiresAt } });
  }
  return { agent: { id, name: agent.name, credential: issued }, events };
}
