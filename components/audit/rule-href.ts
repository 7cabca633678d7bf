/**
 * Where the rule that spoke can be read, as it was: guardrails and tiers in their policy version, the rest where it is kept.
 * @param ruleId left out where only the reason is known
 * @returns undefined for what has no page
 */
export function ruleHref(
  { layer, ruleId }: { layer: string; ruleId?: string | undefined },
  at: { policyNumber: number | null; agentId: string | null; tool: string | null },
): string | undefined {
  const version = at.policyNumber === null ? "/tiers" : `/tiers?version=${at.policyNumber}`;
  switch (layer) {
    case "guardrail":
      return ruleId ? `${version}#${ruleAnchor(ruleId)}` : version;
    case "tier":
      return ruleId ? `${version}#${ruleAnchor(cellOf(ruleId))}` : version;
    case "default":
      return version;
    case "mandate":
    case "budget":
      return at.agentId ? `/agents/${at.agentId}/mandate` : undefined;
    case "registry":
      return at.agentId ? `/agents/${at.agentId}` : undefined;
    case "catalogue":
      return at.tool ? `/tools/${at.tool}` : undefined;
    default:
      return undefined;
  }
}

/** The id of a rule on the page of its policy version. */
export function ruleAnchor(ruleId: string): string {
  return `rule-${ruleId}`;
}

/** `T3.financial.0` is a band of the cell `T3.financial`. */
function cellOf(ruleId: string): string {
  return ruleId.replace(/\.\d+$/, "");
}
