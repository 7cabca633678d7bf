import { convertAmount } from "@/lib/money";
import type { AttributeValue, RuleContext } from "./attributes";
import type { CedarExport } from "./cedar";
import { type CedarKind, mostMinorInCedar, placeOf } from "./cedar-conditions";
import { agentUid, type CedarValue, contextGroups, toolUid } from "./cedar-schema";
import { internalsOf } from "./compile";
import { MISSING, TRUE } from "./conditions";
import type { ApprovalSpec } from "./schema";
import type { CompiledAgent, PolicyRequest } from "./types";

/**
 * One request as Cedar takes it. It brings what Cedar could not work out: values read by the roles of arguments, amounts
 * converted by the rates of the day, what address and path patterns of the mandate say, and the answers of the
 * comparisons that Cedar has no operator for. It judges no rule: which of these facts matter is the policies' to say.
 */
export type CedarRequest = {
  principal: { type: string; id: string };
  action: { type: string; id: string };
  resource: { type: string; id: string };
  context: { [key: string]: CedarValue };
};

/** What is held beside the request: an approval, and the ids of budgets the log refused (`mandate.budgets.0`). */
export type CedarHeld = {
  approval?: Pick<ApprovalSpec, "quorum" | "groups" | "stepUp"> | undefined;
  exhausted?: readonly string[] | undefined;
};

/**
 * @param agent  what the export was made of
 * @param now    epoch milliseconds, UTC
 * @returns `null` for a tool outside the catalogue, which is denied without a question
 */
export function cedarRequest(
  { needs }: CedarExport,
  agent: CompiledAgent,
  request: PolicyRequest,
  now: number,
  held: CedarHeld = {},
): CedarRequest | null {
  const plan = internalsOf(agent).planFor(request.action.tool);
  if (plan === undefined || plan instanceof Error) return null;
  const { tool, knowledge, parts } = plan;
  const derived = plan.readFacts(request);
  const facts: RuleContext = {
    request,
    tool,
    now,
    derived,
    knowledge,
    rates: parts.rates,
    notAfter: Number.POSITIVE_INFINITY,
  };

  const groups = Object.fromEntries(contextGroups.map((group) => [group, {} as { [key: string]: CedarValue }]));
  for (const attribute of needs.attributes.values()) {
    const { of, name, kind } = placeOf(attribute);
    const group = groups[of.slice("context.".length)];
    const value = attribute.read(facts);
    if (group === undefined || value === undefined) continue;
    group[name] = kind === "amount" ? amounts(facts, needs.currencies) : cedarValue(value, kind);
  }
  const tests: { [key: string]: CedarValue } = {};
  for (const [name, { attribute, test }] of needs.tests) {
    const answer = test(attribute.read(facts), facts);
    if (answer !== MISSING) tests[name] = answer === TRUE;
  }
  const context: CedarRequest["context"] = {
    now,
    argumentsValid:
      derived.amount.state !== "malformed" && (parts.argumentCheck(tool)?.(request.arguments) ?? null) === null,
    exhausted: [...(held.exhausted ?? [])],
    ...groups,
    tests,
  };
  const { agentVersion, purpose } = request.context;
  if (agentVersion !== undefined) context.agentVersion = String(agentVersion);
  if (typeof purpose === "string") context.purpose = purpose;
  if (request.action.fingerprint !== undefined) context.fingerprint = request.action.fingerprint;
  if (held.approval) {
    const { quorum, groups: present, stepUp } = held.approval;
    context.approval = { quorum, groups: [...present], stepUp };
  }
  return {
    principal: agentUid(request.principal),
    action: { type: "Countersign::Action", id: "call" },
    resource: toolUid(tool.name),
    context,
  };
}

/** Minor units by currency, cut off where JSON ends to be exact; a currency without a current rate is left out. */
function amounts({ derived: { amount }, rates, now }: RuleContext, currencies: ReadonlySet<string>): CedarValue {
  const made: { [key: string]: CedarValue } = {};
  if (amount.state !== "known") return made;
  for (const currency of currencies) {
    const converted = convertAmount(amount.minor, amount.currency, currency, rates, now);
    if (converted === null) continue;
    made[currency] = converted.minor < mostMinorInCedar ? Number(converted.minor) : Number.MAX_SAFE_INTEGER;
  }
  return made;
}

function cedarValue(value: NonNullable<AttributeValue>, kind: Exclude<CedarKind, "amount">): CedarValue {
  if (kind === "text") return String(value);
  if (kind === "flag") return value === true;
  const members = typeof value === "object" ? [...value] : [value];
  if (kind === "texts") return members.map(String);
  const types = new Set(members.map((member) => typeof member));
  if (types.size !== 1) return {};
  if (types.has("boolean")) return { flags: members };
  return types.has("number")
    ? { numbers: members.map((member) => String(member === 0 ? 0 : member)) }
    : { texts: members.map(String) };
}
