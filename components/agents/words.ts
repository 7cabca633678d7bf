import type { Option } from "@/components/ui/select";

/** The words of the registry, once, for filters, forms and facts. */

export const environmentWords = { production: "Production", staging: "Staging", test: "Test" } as const;
export const riskWords = { minimal: "Minimal", limited: "Limited", high: "High" } as const;

export const riskHints = {
  minimal: "Nothing that touches people's rights, money or safety.",
  limited: "Talks to people or handles their data; mistakes can be put right.",
  high: "Decides about people, money or safety. The agent must prove with each call that it is the same one.",
} as const;

export const echoWords = { off: "Off", warn: "Warn", enforce: "Enforce" } as const;
export const echoHints = {
  off: "Copies of the agent are not looked for.",
  warn: "A call that does not continue from the last receipt is noted.",
  enforce: "A call that does not continue from the last receipt is refused, and the agent is suspended.",
} as const;

export function optionsOf<V extends string>(words: Record<V, string>, hints?: Record<V, string>): Option<V>[] {
  return (Object.keys(words) as V[]).map((value) => ({
    value,
    label: words[value],
    ...(hints ? { hint: hints[value] } : {}),
  }));
}
