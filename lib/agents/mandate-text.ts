// The parts of a mandate as people write and read them.
import { type Budget, type HostRule, hostRule, httpMethods } from "@/lib/policy/schema";

/** `GET api.example.com/v1/**`; the method is left out when it is any, the path when it is all. */
export function hostRuleText(rule: { method?: string | undefined; host: string; path?: string | undefined }): string {
  const path = rule.path === undefined || rule.path === "/**" ? "" : rule.path;
  return `${rule.method === undefined || rule.method === "*" ? "" : `${rule.method} `}${rule.host}${path}`;
}

/** What `hostRuleText` writes, read back; null when it is not one. A pasted address loses its scheme. */
export function parseHostRule(text: string): HostRule | null {
  const match = /^(?:([A-Za-z*]+)\s+)?(?:https?:\/\/)?([^\s/]+)(\/\S*)?$/.exec(text.trim());
  if (!match?.[2]) return null;
  const method = (match[1] ?? "*").toUpperCase();
  if (!(httpMethods as readonly string[]).includes(method)) return null;
  const path = match[3] === undefined || match[3] === "/" ? "/**" : match[3];
  return hostRule.safeParse({ method, host: match[2].toLowerCase(), path }).data ?? null;
}

const scopes: Record<Budget["scope"], string> = {
  agent: "",
  owner: ", all agents of the owner together",
  counterparty: ", to each recipient",
};

/** `at most 5000.00 EUR and 20 calls a day`. */
export function budgetText(budget: Budget): string {
  const parts = [
    budget.amount === undefined ? null : `${budget.amount} ${budget.currency}`,
    budget.count === undefined ? null : `${budget.count} ${budget.count === 1 ? "call" : "calls"}`,
  ].filter((part) => part !== null);
  const tools = budget.tools ? ` with ${budget.tools.join(", ")}` : "";
  return `at most ${parts.join(" and ")} ${budget.window === "hour" ? "an" : "a"} ${budget.window}${tools}${scopes[budget.scope]}`;
}
