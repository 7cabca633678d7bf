// Writes the mandate that an owner would give an agent after watching its regular business. Pure.
// What is learned: which tools it uses, whom it writes to and pays, which hosts it visits, and up to which amount each tool is used.
// INVARIANT (attackers never teach): only calls of kind `user` are looked at.
import { atPointer, type Json } from "@/lib/json";
import { decimalText, parseAmount } from "@/lib/money";
import { parseTarget } from "@/lib/policy/hosts";
import { readRecipients } from "@/lib/policy/recipients";
import type { Mandate } from "@/lib/policy/schema";
import type { Catalogue } from "./catalogues";
import type { RecordedCall } from "./recorded-calls";

/**
 * @param calls of one agent, all kinds
 * @param skip  a task whose calls do not count: what the mandate would be if that task had never been seen
 */
export function learnMandate(calls: readonly RecordedCall[], tools: Catalogue["tools"], skip?: string): Mandate {
  const regular = calls.filter((call) => call.kind === "user" && call.task !== skip);
  const recipients = new Set<string>();
  const hosts = new Map<string, { method: "*"; host: string; path: string }>();
  const largest = new Map<string, { text: string; minor: bigint; currency: string }>();

  for (const call of regular) {
    const tool = tools[call.tool];
    const roles = tool?.argumentRoles ?? {};
    for (const value of valuesAt(call, roles.recipient))
      for (const one of readRecipients(value) ?? []) recipients.add(literal(one));
    for (const value of valuesAt(call, roles.url)) {
      const target = parseTarget(value);
      if (target) hosts.set(target.host, { method: "*", host: target.host, path: "/**" });
    }
    const amount = amountOf(call, tool);
    const most = largest.get(call.tool);
    if (amount && (!most || amount.minor > most.minor)) largest.set(call.tool, amount);
  }
  return {
    tools: [...new Set(regular.map((call) => call.tool))].sort(),
    recipients: [...recipients].sort(),
    hosts: [...hosts.values()].sort((one, other) => (one.host < other.host ? -1 : 1)),
    limits: [...largest].map(([tool, { text, currency }]) => ({
      tool,
      upTo: text,
      currency,
      otherwise: "approval" as const,
    })),
  };
}

function valuesAt(call: RecordedCall, pointers: string | readonly string[] | undefined): string[] {
  return [pointers ?? []].flat().flatMap((pointer) => {
    const value = atPointer(call.arguments as Json, pointer as string);
    return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string");
  });
}

function amountOf(call: RecordedCall, tool: Catalogue["tools"][string] | undefined) {
  const pointer = tool?.argumentRoles?.amount;
  const currency = tool?.currency;
  const value = pointer === undefined ? undefined : atPointer(call.arguments as Json, pointer);
  if (value === undefined || currency === undefined) return null;
  const text = decimalText(value);
  const parsed = parseAmount(value, currency);
  return text.ok && parsed.ok ? { text: text.text, minor: parsed.minor, currency } : null;
}

/** In a mandate `*` is a pattern; a recipient that was seen is only itself. */
function literal(recipient: string): string {
  return recipient.replace(/[\\*]/g, "\\$&");
}
