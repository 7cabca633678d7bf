import { and, atom, type Expression, has, relation, text, texts, yes } from "./cedar-expression";
import type { ApprovalSpec } from "./schema";
import type { Layer, Principal } from "./types";

/** One rule of an agent before it is written down. */
export type CedarRule = {
  id: string;
  layer: Layer;
  /** One sentence for the reader. */
  says: string;
  when: Expression;
  then: "allow" | "deny" | ApprovalSpec;
};

/** The head that says what a reader has to know, and the rules that can ever hold, in order. */
export function cedarText(
  principal: Principal,
  rules: readonly CedarRule[],
  left: { shadow: readonly string[]; omitted: number },
): string {
  const written = rules.filter(({ when }) => when.text !== "false").map((rule) => ruleText(principal, rule));
  const head = headLines(principal, left).map((line) => `// ${oneLine(line)}`.trimEnd());
  return `${[head.join("\n"), ...written].join("\n\n")}\n`;
}

function headLines({ agentId, tier }: Principal, { shadow, omitted }: { shadow: readonly string[]; omitted: number }) {
  return [
    `The effective policy of the agent ${agentId} in tier ${tier}, written by Countersign.`,
    "",
    "Ask twice. Without `context.approval`: if Cedar allows, the call is allowed. Else with the approval that is held",
    "(`quorum`, `groups`, `stepUp`): if Cedar allows now, the call needs that approval. Else it is denied.",
    "",
    "What the request brings:",
    "- context.call, context.target, context.arguments, context.given: what the call names, read by the roles of its arguments.",
    "  An attribute that is there and empty stands for values that cannot be read.",
    "- context.call.amount: minor units of each currency the rules compare with, converted by the rate of the day and rounded",
    "  up; absent without a rate. What is above 9007199254740991 stands as that.",
    "- context.mandate: whether the mandate names every recipient, host and link of the call (patterns of addresses and paths).",
    "- context.tests: the answers of comparisons that Cedar cannot make, by their own text; absent where a value is missing.",
    "- context.argumentsValid: the arguments fit the tool's schema and the amount is well formed.",
    "- context.exhausted: the ids of the budgets whose sums, which the log keeps, do not hold this call.",
    "- context.now: milliseconds since 1970, UTC.",
    ...(shadow.length > 0 ? ["", `Guardrails in shadow decide nothing and are left out: ${shadow.join(", ")}.`] : []),
    ...(omitted > 0 ? ["", `Guardrails that never concern this agent and its tools are left out: ${omitted}.`] : []),
  ];
}

function ruleText(principal: Principal, { id, layer, says, when, then }: CedarRule): string {
  const agent = text(principal.agentId);
  const annotations: [string, string][] = [
    ["id", id],
    ["layer", layer],
    ["effect", typeof then === "object" ? "approval" : then],
    ...(typeof then === "object" ? approvalAnnotations(then) : []),
  ];
  const lines = [
    `// ${oneLine(says)}`,
    ...annotations.map(([name, value]) => `@${name}(${text(value)})`),
    `${then === "allow" ? "permit" : "forbid"} (`,
    `  principal == Countersign::Agent::${agent},`,
    '  action == Countersign::Action::"call",',
    `  resource in Countersign::Mandate::${agent}`,
    ")",
  ];
  if (when.text !== "true") lines.push(clause("when", when));
  if (typeof then === "object") lines.push(clause("unless", covered(then)));
  return `${lines.join("\n")};`;
}

function approvalAnnotations(spec: ApprovalSpec): [string, string][] {
  const said: [string, string][] = [["expiresIn", String(spec.expiresIn)]];
  if (spec.sla !== undefined) said.push(["sla", String(spec.sla)]);
  return said;
}

/** The same as `approvalCovers`: at least as many people, every group, and a passkey where one is asked for. */
function covered({ quorum, groups, stepUp }: ApprovalSpec): Expression {
  return and(
    has("context", "approval"),
    relation(`context.approval.quorum >= ${quorum}`),
    groups.length === 0 ? yes : atom(`context.approval.groups.containsAll(${texts([...new Set(groups)].sort())})`),
    stepUp ? atom("context.approval.stepUp") : yes,
  );
}

/** One condition a line. */
function clause(word: "when" | "unless", body: Expression): string {
  const parts = body.binds === "and" ? (body.parts ?? [body]) : [body];
  const lines = parts.map((part) => (parts.length > 1 && part.binds === "or" ? `(${part.text})` : part.text));
  return `${word} {\n  ${lines.join(" &&\n  ")}\n}`;
}

function oneLine(line: string): string {
  return line.replaceAll(/[\p{C}\p{Zl}\p{Zp}\n]+/gu, " ").trimEnd();
}
