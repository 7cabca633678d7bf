import "server-only";

import { recordChange } from "@/lib/audit/append";
import { readPayload } from "@/lib/audit/read-payload";
import type { Actor } from "@/lib/auth/actor";
import { AppError } from "@/lib/errors";
import { entryId } from "@/lib/ids";
import { contentOf } from "./content";
import { findEntry, mayOpen } from "./read-entry";
import type { EntryContent } from "./schema";

/**
 * Opens the content of an entry: arguments, reasoning, findings. The look is an entry of its own, committed before anything is shown.
 * @throws AppError `not_found` (no such entry, no content, erased) · `forbidden` when the actor sees the entry but not its content ·
 *         `internal` when the stored content is not what the log committed to
 */
export async function openContent(actor: Actor, id: string): Promise<EntryContent> {
  const { place, header, scope } = await findEntry(actor, id);
  if (!mayOpen(scope, header)) throw new AppError("forbidden", "you may see this entry, but not its content");
  const fields = await readPayload(place.lane, place.seq);
  if (!fields) throw new AppError("not_found", "this entry has no content, or it was erased");
  await recordChange({ personId: actor.personId }, async () => ({
    result: null,
    events: [
      {
        kind: "payload_viewed",
        ref: entryId(header.kind === "decision" ? "dec" : "evt", place.lane, place.seq),
        ...(header.agent ? { agent: header.agent } : {}),
      },
    ],
  }));
  return contentOf(fields);
}
