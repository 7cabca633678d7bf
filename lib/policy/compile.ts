import { compileRates } from "@/lib/money";
import { type ArgumentCheck, compileArgumentSchema } from "./argument-schema";
import { compileFacts, type FactReader } from "./facts";
import { indexGuardrails } from "./guardrail-index";
import { compileKnowledge, type MandateKnowledge } from "./knowledge";
import { allLayers } from "./layers/all";
import type { Check, PolicyParts } from "./layers/layer";
import type { PolicySet, Tool } from "./schema";
import type { AgentPolicyInput, CompiledAgent, CompiledPolicy, Layer } from "./types";

/**
 * From a policy set and an agent to a table from tool to the rules that concern the two, already merged. A decision
 * then costs what its own rules cost, however many others there are. Tables are made when a tool is first asked for
 * and kept as long as the compiled agent, which is thrown away whole when anything it rests on changes.
 */

/** What is fixed for one agent and one tool. */
export type Plan = {
  tool: Tool;
  readFacts: FactReader;
  knowledge: MandateKnowledge;
  parts: PolicyParts;
  checks: readonly Check["run"][];
  /** The layer of each check, for the reason when one throws. */
  layers: readonly Layer[];
};

/** A plan, `undefined` for a tool outside the catalogue, or why none could be made: then every such call is denied. */
export type PlanFor = (toolName: string) => Plan | Error | undefined;

type PolicyInternals = { parts: PolicyParts; factsFor: (tool: Tool) => FactReader };
type AgentInternals = { parts: PolicyParts; planFor: PlanFor };

/**
 * Makes a policy set ready to compile agents with. What is malformed in it denies where it matters and does not throw,
 * because `validatePolicySet` has refused it before it was published.
 */
export function compilePolicy(set: PolicySet): CompiledPolicy {
  const tools = new Map(set.tools.map((tool) => [tool.name, tool]));
  const environment = { lists: set.lists ?? {} };
  const checks = new WeakMap<Tool, ArgumentCheck>();
  const facts = new WeakMap<Tool, FactReader>();
  const parts: PolicyParts = {
    set,
    tiers: new Map(set.tiers.map((tier) => [tier.key, tier])),
    environment,
    rates: ratesOf(set),
    guardrails: indexGuardrails(set.guardrails, environment),
    argumentCheck: (tool) => {
      if (tool.argumentSchema === undefined) return null;
      const check = checks.get(tool) ?? compileArgumentSchema(tool.argumentSchema);
      checks.set(tool, check);
      return check;
    },
  };
  const internals: PolicyInternals = {
    parts,
    factsFor: (tool) => {
      const reader = facts.get(tool) ?? compileFacts(tool);
      facts.set(tool, reader);
      return reader;
    },
  };
  return { set, tools, internals };
}

/** Without rates every amount in another currency is asked for, which is also what malformed rates come to. */
function ratesOf(set: PolicySet): PolicyParts["rates"] {
  try {
    return set.rates === undefined ? undefined : compileRates(set.rates);
  } catch {
    return undefined;
  }
}

/**
 * Makes one agent's table, cheaply: nothing is worked out before a tool is asked for. Never throws; an agent whose
 * mandate is malformed is denied everything, and the reason says why.
 */
export function compileAgent(policy: CompiledPolicy, { principal, mandate }: AgentPolicyInput): CompiledAgent {
  const { parts, factsFor } = policy.internals as PolicyInternals;
  const plans = new Map<string, Plan | Error>();
  let knowledge: MandateKnowledge | undefined;
  const make = (tool: Tool): Plan | Error => {
    try {
      knowledge ??= compileKnowledge(mandate);
      const scope = { policy: parts, principal, mandate, knowledge, tool };
      const checks: Check["run"][] = [];
      const layers: Layer[] = [];
      for (const { layer, compile } of allLayers) {
        const run = compile(scope);
        if (run === null) continue;
        checks.push(run);
        layers.push(layer);
      }
      return { tool, readFacts: factsFor(tool), knowledge, parts, checks, layers: oneOf(layers) };
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  };
  const planFor: PlanFor = (name) => {
    const known = plans.get(name);
    if (known !== undefined) return known;
    const tool = policy.tools.get(name);
    if (tool === undefined) return undefined;
    const plan = make(tool);
    plans.set(name, plan);
    return plan;
  };
  const internals: AgentInternals = { parts, planFor };
  return { principal, mandate, internals };
}

/** Plans have few combinations of layers; each is held once. */
const combinations = new Map<string, readonly Layer[]>();
function oneOf(layers: readonly Layer[]): readonly Layer[] {
  const key = layers.join();
  const known = combinations.get(key);
  if (known) return known;
  combinations.set(key, layers);
  return layers;
}

/** Makes the tables of all tools of the mandate now, so that no request waits for one. */
export function warmAgent(agent: CompiledAgent): void {
  for (const tool of agent.mandate.tools) internalsOf(agent).planFor(tool);
}

/** For `evaluate` alone. */
export function internalsOf(agent: CompiledAgent): AgentInternals {
  return agent.internals as AgentInternals;
}
