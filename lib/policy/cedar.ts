import { CedarNeeds } from "./cedar-conditions";
import { budgetRules, catalogueRules, guardrailRules, mandateRules, registryRules, tierRules } from "./cedar-rules";
import { type CedarEntity, cedarEntities, cedarSchema } from "./cedar-schema";
import { cedarText } from "./cedar-text";
import type { AgentPolicyInput, CompiledPolicy } from "./types";

/**
 * The effective policy of one agent as Cedar, so that it can be read, kept and checked outside Countersign. What asks for
 * approval is a `forbid` that an approval lifts, so one question without and one with an approval give the three
 * outcomes. `evaluate` decides; this text is a second way to the same answer, and a property test holds the two together.
 *
 * Cedar has no patterns over several values, no networks of our kind, no time zones and no exchange rates. What a rule
 * needs of those stands in the request, put there by `cedarRequest`; the head of the text names it all.
 * @see https://docs.cedarpolicy.com
 */
export type CedarExport = {
  /** Cedar policies, each with a comment and an `@id`. */
  policies: string;
  /** Cedar schema in its own syntax; the policies validate against it in strict mode. */
  schema: string;
  /** The agent, its tools and the lists the policies name, in Cedar's JSON form. */
  entities: CedarEntity[];
  /** What the text needs of a request; for `cedarRequest`. */
  needs: CedarNeeds;
};

/**
 * @param policy a policy set without errors by `validatePolicySet`
 * @param input  the agent
 * @returns policies that allow exactly what `evaluate` allows, and with an approval that covers what is asked, that too
 */
export function exportCedar(policy: CompiledPolicy, { principal, mandate }: AgentPolicyInput): CedarExport {
  const names = new Set(mandate.tools);
  const tools = [...names].map((name) => policy.tools.get(name)).filter((tool) => tool !== undefined);
  const needs = new CedarNeeds();
  const scope = { set: policy.set, principal, mandate, tools, environment: { lists: policy.set.lists ?? {} }, needs };
  const { rules, shadow, omitted } = guardrailRules(scope);
  const all = [
    ...registryRules(scope),
    ...catalogueRules(scope),
    ...mandateRules(scope),
    ...rules,
    ...tierRules(scope),
    ...budgetRules(scope),
  ];
  return {
    policies: cedarText(principal, all, { shadow, omitted }),
    schema: cedarSchema(needs),
    entities: cedarEntities(policy.set, principal, tools, needs),
    needs,
  };
}
