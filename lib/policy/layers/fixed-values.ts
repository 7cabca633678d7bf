import type { Attribute, AttributeValue } from "../attributes";
import type { Tool } from "../schema";
import type { Principal } from "../types";

/**
 * The values that are known before any request, for one agent and one tool: everything about the agent, everything
 * about the tool, and what the tool cannot have.
 */
export function fixedValues(
  principal: Principal,
  tool: Tool,
): (attribute: Attribute) => { value: AttributeValue } | null {
  return (attribute) => attribute.fixed?.(principal, tool) ?? null;
}
