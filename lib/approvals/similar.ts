// Which requests of a list are alike enough to stand together in it. Pure; folding hides no request, it only orders them.
import type { ApprovalSummary } from "./schema";

type Alike = Pick<ApprovalSummary, "id" | "agent" | "tool" | "effect" | "currency">;

/**
 * Requests of the same agent, for the same tool, effect class and currency, each group where its first request stands.
 * @returns every request once; inside a group in the order of the list
 */
export function groupSimilar<Item extends Alike>(items: readonly Item[]): [Item, ...Item[]][] {
  const groups = new Map<string, [Item, ...Item[]]>();
  for (const item of items) {
    const key = JSON.stringify([item.agent.id, item.tool, item.effect, item.currency]);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}
