import "server-only";

import { visibleAgents } from "@/lib/agents/access";
import { type Actor, requirePermission } from "@/lib/auth/actor";
import { permissionsOf, roles } from "@/lib/auth/permissions";
import { db } from "@/lib/db";
import { AppError, notFound } from "@/lib/errors";
import { compileAgent, compilePolicy } from "@/lib/policy/compile";
import { readDraft } from "@/lib/policy/drafts";
import { evaluate } from "@/lib/policy/evaluate";
import { policyHash } from "@/lib/policy/hash";
import { whoMustApprove } from "@/lib/policy/messages";
import { getPolicyVersion } from "@/lib/policy/queries";
import type { ApprovalSpec, PolicySet } from "@/lib/policy/schema";
import { type AgentFacts, refreshSnapshot, type Snapshot, snapshot, snapshotIsStale } from "@/lib/policy/snapshot";
import type { CompiledAgent, Evaluation } from "@/lib/policy/types";
import { policyRequest } from "./attributes";
import type { DecisionRequest } from "./schema";
import type { PolicyChoice, Trial, TryAnswer, TryInput } from "./try-schema";

/**
 * What would happen if this agent asked for this: the same evaluation that decides, without a decision. Nothing is written, spent or charged, and what was
 * spent already is not looked at.
 * @throws AppError `forbidden` · `not_found` for an agent the actor may not see, or a version there is not · `conflict` for a retired agent
 */
export async function tryRequest(actor: Actor, input: TryInput): Promise<TryAnswer> {
  requirePermission(actor, "policy:read");
  const stored = await db.agent.findFirst({
    where: { AND: [{ id: input.agentId }, visibleAgents(actor)] },
    select: { ownerId: true, backupOwnerId: true },
  });
  if (!stored) throw notFound();
  const live = (await snapshotIsStale()) ? await refreshSnapshot() : await snapshot();
  const agent = live.agents.get(input.agentId);
  if (!agent) throw new AppError("conflict", "a retired agent can no longer ask for anything");
  const at = input.at ? new Date(input.at) : new Date();
  const stakeholders = [stored.ownerId, stored.backupOwnerId].filter((id) => id !== null);
  const trials: Trial[] = [];
  for (const choice of input.policies) {
    const { compiled, ...policy } = await policyFor(choice, agent, live);
    const evaluation = evaluate(policyRequest(agent, input.request as DecisionRequest), compiled, at.getTime());
    trials.push(await trialOf({ choice, ...policy }, evaluation, stakeholders));
  }
  return { agentId: agent.id, evaluatedAt: at.toISOString(), trials };
}

async function policyFor(
  choice: PolicyChoice,
  agent: AgentFacts,
  live: Snapshot,
): Promise<{ number: number; hash: string; compiled: CompiledAgent }> {
  if (typeof choice === "number") {
    const { number, hash, content } = await getPolicyVersion(choice);
    return { number, hash, compiled: under(compilePolicy(content), agent) };
  }
  const { number } = await db.policyVersion.findUniqueOrThrow({
    where: { id: live.policyId },
    select: { number: true },
  });
  if (choice === "live") return { number, hash: live.policyHash, compiled: agent.compiled };
  const set = await draftOver(live.policy.set);
  return { number, hash: policyHash(set), compiled: under(compilePolicy(set), agent) };
}

/** The draft over the catalogue in force; without a draft, what is in force. */
async function draftOver(set: PolicySet): Promise<PolicySet> {
  const { content } = await readDraft();
  return { ...content, version: set.version, tools: set.tools };
}

function under(policy: ReturnType<typeof compilePolicy>, agent: AgentFacts): CompiledAgent {
  return compileAgent(policy, { principal: agent.principal, mandate: agent.compiled.mandate });
}

async function trialOf(policy: Trial["policy"], evaluation: Evaluation, stakeholders: string[]): Promise<Trial> {
  const approval = evaluation.approval ?? null;
  return {
    policy,
    outcome: evaluation.outcome,
    wouldBe: evaluation.wouldBe,
    findings: evaluation.reasons.map(({ layer, ruleId, effect, code, message, mode, approval: asked }) => ({
      layer,
      ruleId,
      effect,
      code,
      message,
      mode: mode ?? null,
      who: asked ? whoMustApprove(asked) : null,
    })),
    obligations: evaluation.obligations,
    approval,
    who: approval && whoMustApprove(approval),
    approvers: approval ? await approversOf(approval, stakeholders) : [],
    charges: evaluation.budgets.map(({ ruleId, window, scope }) => ({ ruleId, window, scope })),
  };
}

/** Active people whose role lets them vote, in a group that is asked for, without a stake in the agent. */
async function approversOf({ groups }: ApprovalSpec, stakeholders: string[]): Promise<string[]> {
  const people = await db.person.findMany({
    where: {
      active: true,
      roles: { hasSome: roles.filter((role) => permissionsOf([role]).has("approvals:vote")) },
      id: { notIn: stakeholders },
      ...(groups.length > 0 ? { groups: { some: { group: { key: { in: groups } } } } } : {}),
    },
    select: { name: true },
    orderBy: [{ name: "asc" }, { id: "asc" }],
    take: 20,
  });
  return people.map((person) => person.name);
}
