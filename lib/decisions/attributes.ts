import "server-only";

import { badCredential, isLive } from "@/lib/agents/authenticate";
import type { AgentFacts, CredentialFacts, Snapshot } from "@/lib/policy/snapshot";
import type { PolicyRequest } from "@/lib/policy/types";
import type { DecisionRequest } from "./schema";

/** One call of the decision API, authenticated. */
export type Call = {
  credential: CredentialFacts;
  input: DecisionRequest;
  idempotencyKey?: string | undefined;
  /** The body as it came, for the request digest. */
  body?: Buffer | undefined;
  /** Only in an evaluation log: the time that sample data stands for. */
  sampleAt?: Date;
};

/**
 * The agent that a credential speaks for, under this snapshot.
 * @param now epoch ms
 * @throws AppError `unauthenticated` when the credential was revoked or expired meanwhile
 */
export function callerOf(call: Call, snapshot: Snapshot, now: number): AgentFacts {
  const credential = snapshot.credentials.get(call.credential.id);
  const agent = credential && isLive(credential, now) ? snapshot.agents.get(credential.agentId) : undefined;
  if (!agent || agent.id !== call.credential.agentId) throw badCredential();
  return agent;
}

/** What the policy looks at: the request, and what the snapshot knows about who asks (PIP). */
export function policyRequest(agent: AgentFacts, input: DecisionRequest): PolicyRequest {
  return {
    principal: agent.principal,
    action: { tool: input.tool, fingerprint: input.toolFingerprint },
    resource: input.resource,
    arguments: input.arguments,
    context: input.context,
  } as PolicyRequest;
}

/** What the call is about, in one line, for lists and projections. */
export function resourceText(input: DecisionRequest, host: string | undefined): string | null {
  const { resource } = input;
  return (
    resource?.id ??
    (resource?.host ? `${resource.method ?? ""} ${resource.host}${resource.path ?? ""}`.trim() : (host ?? null))
  );
}
