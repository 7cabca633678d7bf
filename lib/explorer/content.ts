// The fields of an entry's content, in the form in which a screen shows them. Knows no database; unknown fields are shown, never dropped.
import { z } from "zod";
import { canonicalize, type Json } from "@/lib/json";
import type { EntryContent } from "./schema";

const finding = z.object({
  layer: z.string(),
  ruleId: z.string(),
  effect: z.string(),
  code: z.string(),
  message: z.string(),
  mode: z.string().optional(),
});
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null)
  .catch(null);
const facts = z.object({ amount: text, currency: text, recipient: text, resource: text });

/** What is shown in a place of its own; the rest is listed by name. A field of another shape than expected is listed too. */
export function contentOf(fields: { [name: string]: Json }): EntryContent {
  const findings = z.array(finding).safeParse(fields.findings);
  const known = facts.safeParse(fields.facts);
  const reasoning = z.union([z.string().transform((one) => [one]), z.array(z.string())]).safeParse(fields.reasoning);
  const shown = new Set([findings.success && "findings", known.success && "facts", reasoning.success && "reasoning"]);
  return {
    findings: findings.success ? findings.data.map(({ mode, ...rest }) => ({ ...rest, mode: mode ?? null })) : [],
    facts: known.success ? known.data : { amount: null, currency: null, recipient: null, resource: null },
    reasoning: reasoning.success ? reasoning.data : [],
    fields: Object.entries(fields)
      .filter(([name]) => !shown.has(name))
      .sort(([left], [right]) => rank(left) - rank(right) || (left < right ? -1 : 1))
      .map(([name, value]) => ({ name, json: canonicalize(value) })),
  };
}

/** Arguments first, since they are what would run. */
function rank(name: string): number {
  const at = ["arguments", "resource", "context", "comment", "reason"].indexOf(name);
  return at < 0 ? 99 : at;
}
