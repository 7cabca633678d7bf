// How grave a request is, for the order of a list. A sum that people can recompute, not a probability: it decides nothing.
import type { EffectClass } from "@/lib/policy/schema";

/** What a class of effect weighs. Between two classes lies what one mark of the request itself weighs. */
export const effectWeight: Readonly<Record<EffectClass, number>> = {
  read: 0,
  write: 100,
  external: 200,
  financial: 300,
  code: 400,
  destructive: 500,
  admin: 600,
};

/** What a mark of the request adds. */
export const riskMarks = {
  /** It changes something and cannot be undone. */
  irreversible: 250,
  /** A guardrail, the mandate or an unknown target asked, not only the tier. */
  unordinary: 150,
  /** The rule takes it for grave: it asks for several people or a passkey signature. */
  grave: 100,
  /** Each digit of the amount before the point. Amounts of different currencies are compared as numbers only. */
  digit: 30,
} as const;

/** The codes with which a tier asks by itself, at its ordinary thresholds. Any other first code is not ordinary. */
export const ordinaryCodes = ["tier.approval_threshold", "tier.approval_required"] as const;
