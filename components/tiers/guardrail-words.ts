import { sentence } from "@/components/ui/sentence";
import { describeCondition } from "@/lib/policy/describe";
import { whoMustApprove } from "@/lib/policy/messages";
import type { Guardrail } from "@/lib/policy/schema";

/** A guardrail as one sentence: `When what the tool does is “code”, two people of Security must approve.` */
export function guardrailWords({ when, effect, mode }: Pick<Guardrail, "when" | "effect" | "mode">): string {
  const then = effect === "deny" ? "the call is refused" : whoMustApprove(effect.approval);
  const shadow = mode === "shadow" ? " For now this is recorded only." : "";
  return `${sentence(`when ${describeCondition(when)}, ${then}`)}${shadow}`;
}

/** A rule id for a name, unlike those that are taken: `Payments at night` → `payments-at-night`. */
export function ruleIdFor(name: string, taken: readonly string[]): string {
  const base =
    name
      .normalize("NFKD")
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-+|-+$/g, "")
      .slice(0, 100) || "rule";
  for (let number = 1; ; number++) {
    const id = number === 1 ? base : `${base}-${number}`;
    if (!taken.includes(id)) return id;
  }
}
