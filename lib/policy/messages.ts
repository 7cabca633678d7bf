import { type AmountRefusal, formatAmount } from "@/lib/money";
import type { Threshold } from "./conditions";
import type { AmountFact, Derived } from "./facts";
import type { ApprovalSpec, EffectClass, HoursWindow, Mandate } from "./schema";

/**
 * The sentences of the engine, for a business owner who has never seen a policy. No full stop at the end, because a
 * screen may join two; values from requests stand in backticks and are shortened.
 */

/** Every code a reason can have, with what it means in general. Guardrails add `guardrail.<id>`. Codes never change their meaning. */
export const reasonCodes = {
  "agent.not_active": "the agent was not activated yet",
  "agent.suspended": "the agent is suspended",
  "agent.retired": "the agent is retired",
  "agent.expired": "the agent's term has ended",
  "agent.orphaned": "the agent has no active owner, so everything it does is asked",
  "version.unpinned": "the agent has no current version",
  "version.mismatch": "the runtime runs another version than the current one",
  "tool.name_invalid": "the tool's name is not a tool name",
  "tool.unsanctioned": "the tool is not in the catalogue",
  "tool.blocked": "the tool is blocked in the catalogue",
  "tool.changed": "the tool is not the one that was sanctioned",
  "arguments.invalid": "the arguments break the tool's schema, or an amount is malformed",
  "mandate.tool_allowed": "the mandate names the tool",
  "mandate.tool_not_allowed": "the mandate does not name the tool",
  "mandate.host_not_allowed": "the mandate does not allow the host, path or method",
  "mandate.recipient_unknown": "the mandate does not name a recipient",
  "mandate.region_not_allowed": "the mandate does not allow the region",
  "mandate.data_class_not_allowed": "the mandate does not allow the class of data",
  "mandate.outside_hours": "the agent's hours are over",
  "mandate.purpose_not_allowed": "the mandate does not name the purpose",
  "mandate.limit": "outside the limit the mandate sets for the tool",
  "tier.allowed": "the tier lets the agent do this alone",
  "tier.within_limit": "the amount is within what the tier lets the agent spend alone",
  "tier.approval_threshold": "the amount is above what the tier lets the agent spend alone",
  "tier.approval_required": "the tier asks a person",
  "tier.target_unknown": "the tier lets the agent reach only whom and what its mandate names",
  "tier.above_limit": "the amount is above what the tier allows at all",
  "tier.not_allowed": "the tier does not allow this kind of action",
  "tier.irreversible": "the tool cannot be undone, which only T4 does alone",
  "tier.currency_unknown": "the amount cannot be compared with the tier's limits",
  "budget.exhausted": "the budget does not hold this call",
  "budget.amount_unknown": "the call has no amount that could be charged to the budget",
  "budget.currency_unknown": "the amount cannot be converted to the budget's currency",
  "budget.near_threshold": "many amounts just under what the agent may spend alone",
  "default.deny": "nothing allows the call",
  "engine.rule_error": "a rule could not be evaluated and counts as fired",
  "engine.error": "the request could not be evaluated",
} as const;

export type EngineReasonCode = keyof typeof reasonCodes;

const numbers = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/** `two people of Finance must approve`; groups by their name with a capital. */
export function whoMustApprove(spec: ApprovalSpec): string {
  const count = numbers[spec.quorum] ?? String(spec.quorum);
  const people = spec.quorum === 1 ? "one person" : `${count} people`;
  const groups = spec.groups.map(groupName);
  const stepUp = spec.stepUp ? ", with a passkey" : "";
  if (groups.length === 0) return `${people} must approve${stepUp}`;
  if (groups.length === 1) return `${people} of ${groups[0]} must approve${stepUp}`;
  return `${people}, among them one of each of ${list(groups)}, must approve${stepUp}`;
}

function groupName(group: string): string {
  const words = group.replaceAll(/[-_]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `a`, `a and b`, `a, b and c`. */
export function list(items: readonly string[]): string {
  if (items.length <= 1) return items[0] ?? "";
  return `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;
}

/** A value from a request: at most 80 characters, nothing that could look like markup of ours or move text around. */
export function quoted(value: string): string {
  const visible = value.replaceAll(/[\p{C}`]/gu, "�");
  return `\`${visible.length > 80 ? `${visible.slice(0, 79)}…` : visible}\``;
}

export function moneyText(threshold: Threshold): string {
  return `${formatAmount(threshold.minor, threshold.currency)} ${threshold.currency}`;
}

/** `950.00 EUR`, or the text as it came when its currency is not known. */
export function amountText(amount: AmountFact): string {
  if (amount.state === "known") return moneyText(amount);
  if (amount.state === "currency_unknown")
    return amount.currency === null
      ? `${amount.text} of no stated currency`
      : `${amount.text} ${quoted(amount.currency)}`;
  return "no amount";
}

const doing: Record<EffectClass, string> = {
  read: "read",
  write: "change records",
  external: "reach people and systems outside",
  financial: "move money",
  destructive: "delete",
  code: "run code",
  admin: "change access and settings",
};

/** What an effect class lets an agent do, as a verb: `move money`. */
export function effectVerb(effect: EffectClass): string {
  return doing[effect];
}

const refusals: Record<AmountRefusal, string> = {
  currency_unknown: "has no known currency",
  not_a_decimal: "is not a plain decimal such as `500.00`",
  negative: "is negative",
  exponent: "is written with an exponent",
  separator: "has separators between its digits",
  whitespace: "has spaces in it",
  too_large: "is larger than any amount",
  too_precise: "has more decimals than its currency",
};

export function amountRefusal(reason: AmountRefusal): string {
  return refusals[reason];
}

/** The first recipient or place the call reaches that is not known, for a sentence; `null` when it cannot be named. */
export function firstUnknown(
  derived: Derived,
  known: { recipient: (one: string) => boolean; host: (host: string) => boolean },
): string | null {
  const recipient = derived.recipients?.find((one) => !known.recipient(one));
  if (recipient !== undefined) return quoted(recipient);
  const target = derived.targets?.find(({ host }) => !known.host(host));
  return target === undefined ? null : quoted(target.host);
}

const dayNames = {
  mon: "Monday",
  tue: "Tuesday",
  wed: "Wednesday",
  thu: "Thursday",
  fri: "Friday",
  sat: "Saturday",
  sun: "Sunday",
};

/** `Monday and Tuesday 08:00–18:00 (Europe/Berlin)`. */
export function hoursText(windows: NonNullable<Mandate["hours"]> | readonly HoursWindow[]): string {
  return windows
    .map(
      ({ days, from, to, timeZone }) =>
        `${days.length === 7 ? "every day" : list(days.map((day) => dayNames[day]))} ${from}–${to} (${timeZone})`,
    )
    .join("; ");
}
