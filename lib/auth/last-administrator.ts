import "server-only";

import type { Tx } from "@/lib/db";
import { AppError } from "@/lib/errors";

/**
 * INVARIANT (someone administers): no change leaves the installation without an active administrator. The administrators are locked in id order, so that two of them
 * who remove each other at the same moment come one after the other, and the second is refused.
 * @throws AppError `conflict`
 */
export async function keepAnAdministrator(tx: Tx, without: string): Promise<void> {
  const left = await tx.$queryRaw<
    { id: string }[]
  >`SELECT id FROM person WHERE active AND 'admin' = ANY(roles) ORDER BY id FOR UPDATE`;
  const others = left.filter((person) => person.id !== without);
  if (left.length > others.length && others.length === 0)
    throw new AppError("conflict", "this is the last active administrator: make somebody else one first");
}
