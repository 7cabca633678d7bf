// Which requests one person may decide together. The only place that says so. Knows no database and no screen.
import { parseAmount } from "@/lib/money";
import type { BatchRefused } from "./batch-schema";
import { ordinaryCodes } from "./risk";
import type { Card } from "./schema";

export type BatchItem = {
  card: Card;
  /** The rule asks for a passkey signature with each approval. */
  stepUp: boolean;
};

/** The most that one request of a batch may move, in the currencies in which that is a small amount. */
export const batchLimits: Readonly<Record<string, string>> = {
  EUR: "1000.00",
  USD: "1000.00",
  GBP: "1000.00",
  CHF: "1000.00",
};

const effects = new Set(["read", "write", "external", "financial"]);
const ordinary = new Set<string>(ordinaryCodes);

/**
 * Why these requests are not decided together, or null. One that is outside of the rule refuses all of them: a person who
 * chose it along with others has not looked at it closely enough to choose what to do with the rest.
 */
export function batchRefusal(items: readonly BatchItem[]): BatchRefused | null {
  const [first] = items;
  if (!first) return null;
  for (const item of items) {
    const because = tooGrave(item) ?? otherKind(item.card, first.card);
    if (because) return { id: item.card.approvalId, because };
  }
  return null;
}

function tooGrave({ card, stepUp }: BatchItem): string | null {
  if (!effects.has(card.effect)) return `it is ${card.effect}, which is decided one by one`;
  if (!card.reversible) return "it cannot be undone, so it is decided by itself";
  if (stepUp) return "its rule asks for a passkey signature, so it is decided by itself";
  if (card.quorum > 1) return `its rule asks for ${card.quorum} people, so it is decided by itself`;
  if (card.agent.riskClass === "high") return "its agent is of high risk, so it is decided by itself";
  if (card.content !== "readable") return "its content cannot be shown, so it is decided by itself";
  const asking = card.findings.filter((finding) => finding.effect !== "allow");
  if (asking.length === 0 || asking.some((finding) => !ordinary.has(finding.code)))
    return "more than its tier asked for a person, so it is decided by itself";
  return aboveLimit(card);
}

function aboveLimit({ effect, amount, currency }: Card): string | null {
  if (amount === null) return effect === "financial" ? "it names no amount, so it is decided by itself" : null;
  const limit = currency === null ? undefined : batchLimits[currency];
  if (currency === null || limit === undefined)
    return `its amount is not in ${Object.keys(batchLimits).join(", ")}, so it is decided by itself`;
  const [given, most] = [parseAmount(amount, currency), parseAmount(limit, currency)];
  if (!given.ok || !most.ok) return "its amount cannot be read, so it is decided by itself";
  return given.minor > most.minor ? `it moves more than ${limit} ${currency}, so it is decided by itself` : null;
}

function otherKind(card: Card, first: Card): string | null {
  if (card.tool !== first.tool) return "it is for another tool; only requests for the same tool are decided together";
  if (card.effect !== first.effect) return "it has another effect than the others";
  if (card.currency !== first.currency) return "its amount is in another currency than the others";
  if (card.agent.environment !== first.agent.environment)
    return "its agent works in another environment than the others";
  return null;
}
