/**
 * Splits what is queued into the next batch and the rest: everything when it fits, else one of each party in turn, the oldest first. A party that floods
 * waits behind itself, not before the others. Both parts keep the order of arrival.
 * @param most size of the batch
 */
export function fairBatch<Item>(
  queue: Item[],
  most: number,
  partyOf: (item: Item) => string,
): { batch: Item[]; rest: Item[] } {
  if (queue.length <= most) return { batch: queue, rest: [] };
  const waiting = new Map<string, number>();
  const turns: number[][] = [];
  queue.forEach((item, at) => {
    const party = partyOf(item);
    const turn = waiting.get(party) ?? 0;
    waiting.set(party, turn + 1);
    const taken = turns[turn];
    if (taken) taken.push(at);
    else turns[turn] = [at];
  });
  const chosen = new Set<number>();
  for (const turn of turns) for (const at of turn) if (chosen.size < most) chosen.add(at);
  return { batch: queue.filter((_, at) => chosen.has(at)), rest: queue.filter((_, at) => !chosen.has(at)) };
}
