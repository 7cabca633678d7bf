import "server-only";

import { verifyLane } from "@/lib/audit/fsck-lane";
import type { Actor } from "@/lib/auth/actor";
import { findEntry, readChain } from "./read-entry";
import type { LaneCheckResult } from "./schema";

/**
 * Checks the whole lane that an entry is in, and reads the entry's neighbors again. Shows only hashes, numbers and kinds, so whoever sees one
 * entry of a lane may have it checked.
 * @throws AppError `not_found`
 */
export async function checkLane(actor: Actor, id: string): Promise<LaneCheckResult> {
  const { place } = await findEntry(actor, id);
  const { fault, ...check } = await verifyLane(place.lane);
  return {
    ...check,
    fault: fault && { table: fault.table, seq: fault.seq, column: fault.column, message: fault.message },
    chain: await readChain(place),
  };
}
