import type { Json } from "@/lib/json";
import { compileAgent, compilePolicy } from "../compile";
import { defaultPolicySet } from "../defaults";
import { evaluate } from "../evaluate";
import {
  type Mandate,
  mandate as mandateSchema,
  type PolicySet,
  policySet,
  type Tool,
  tool as toolSchema,
} from "../schema";
import type { CompiledAgent, Evaluation, Learned, PolicyRequest, Principal, RequestContext, Resource } from "../types";

/** What the tests of the engine start from: whole and valid, with one thing changed at a time. */

/** A Friday, 10:00 UTC. */
export const now = Date.UTC(2026, 10, 20, 10);

export function principal(change: Partial<Principal> = {}): Principal {
  return {
    agentId: "agt_1",
    version: "v1",
    tier: "T3",
    environment: "production",
    status: "active",
    ownerId: "per_1",
    riskClass: "limited",
    ...change,
  };
}

export function tool(change: { name: string; effect: Tool["effect"] } & Partial<Tool>): Tool {
  return toolSchema.parse({ reversible: true, ...change });
}

export function mandate(change: Record<string, unknown> & { tools: string[] }): Mandate {
  return mandateSchema.parse(change);
}

export function policy(change: Record<string, unknown> = {}): PolicySet {
  return policySet.parse({ ...defaultPolicySet(), ...change });
}

export type Call = {
  tool: string;
  arguments?: { [key: string]: Json };
  context?: RequestContext;
  resource?: Resource;
  fingerprint?: string;
};

export function request(who: Principal, call: Call): PolicyRequest {
  return {
    principal: who,
    action: { tool: call.tool, fingerprint: call.fingerprint },
    resource: call.resource,
    arguments: call.arguments ?? {},
    context: call.context ?? {},
  };
}

/** Compiles one agent under one policy and evaluates calls against it. */
export function engine(
  set: PolicySet,
  who: Principal,
  granted: Mandate,
): { agent: CompiledAgent; ask: (call: Call, learned?: Learned) => Evaluation } {
  const agent = compileAgent(compilePolicy(set), { principal: who, mandate: granted });
  return { agent, ask: (call, learned) => evaluate(request(who, call), agent, now, learned) };
}

export const codes = (evaluation: Evaluation): string[] => evaluation.reasons.map((reason) => reason.code);
