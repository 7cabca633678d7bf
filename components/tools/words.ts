import type { EffectClass } from "@/lib/policy/schema";

/** What each effect class means, for choosing one. Mildest first. */
export const effectHints: Record<EffectClass, string> = {
  read: "Looks something up and changes nothing.",
  write: "Changes records inside the organization.",
  external: "Reaches people or systems outside: sends, posts, shares.",
  financial: "Moves or commits money.",
  destructive: "Deletes or overwrites.",
  code: "Runs code or commands.",
  admin: "Changes access, keys or settings.",
};

export const roleWords = {
  amount: { label: "Amount", hint: "Compared with the limits of tiers and budgets." },
  currency: { label: "Currency", hint: "Of the amount." },
  recipient: { label: "Recipients", hint: "Whom it reaches. Name all of them: to, cc, bcc." },
  url: { label: "Addresses", hint: "Where it goes." },
  method: { label: "HTTP method", hint: "" },
  region: { label: "Region", hint: "Where data is handled." },
  dataClass: { label: "Classes of data", hint: "" },
  content: { label: "Text that leaves", hint: "Searched for links and listed words." },
} as const;
export type RoleName = keyof typeof roleWords;
