import { groupDigits } from "@/components/ui/money";
import { type BandWords, describeBands } from "@/lib/policy/describe";
import type { Band } from "@/lib/policy/schema";

/**
 * Bands as one sentence to read aloud: `up to 500 EUR alone, up to 5,000 EUR with one person of Finance, above never`.
 * It says what the bands say; what else narrows a call is said by the effective authority beside it.
 */
export function bandSentence(bands: readonly Band[] | undefined): string {
  const words = describeBands(bands);
  const conditional = words.some((band) => band.when);
  return words
    .map((band, index) => clause(band, index === 0, words.length === 1, conditional))
    .join(conditional ? "; " : ", ");
}

function clause(band: BandWords, first: boolean, only: boolean, conditional: boolean): string {
  const then = outcome(band);
  const when = band.when ? ` when ${band.when}` : "";
  if (band.upTo) return `up to ${amountWords(band.upTo.amount)} ${band.upTo.currency} ${then}${when}`;
  if (when) return `${then}${when}`;
  if (only) return band.effect === "allow" ? "always alone" : band.effect === "deny" ? "never" : `always ${then}`;
  return first ? then : `${conditional ? "otherwise" : "above"} ${then}`;
}

function outcome(band: BandWords): string {
  if (band.effect === "allow") return "alone";
  return band.effect === "deny" ? "never" : `with ${band.who.replace(/ must approve/, "")}`;
}

/** `5000.00` → `5,000`, `12.50` stays. */
export function amountWords(amount: string): string {
  return groupDigits(amount.replace(/\.0+$/, ""));
}
