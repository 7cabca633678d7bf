import "server-only";

import { recordChange } from "@/lib/audit/append";
import { exportLog } from "@/lib/audit/export-log";
import { type Actor, can } from "@/lib/auth/actor";
import { AppError } from "@/lib/errors";
import { parseEntryId } from "@/lib/ids";
import { streamEntries } from "./list-entries";
import type { EntryFilter } from "./schema";

/**
 * The whole log as a file that `tools/verify.mjs` checks offline, streamed. With content it is an entry of its own first, as every look at content is.
 * @throws AppError `forbidden` for content without `payload:read` · `state_changed` while nothing was signed yet
 */
export async function exportWholeLog(actor: Actor, payloads: boolean): Promise<Response> {
  if (payloads && !can(actor, "payload:read"))
    throw new AppError("forbidden", "you may export the log, but not the content of its entries");
  if (payloads)
    await recordChange({ personId: actor.personId }, async () => ({
      result: null,
      events: [{ kind: "payload_viewed", ref: "export" }],
    }));
  return streamed(exportLog({ payloads }));
}

/** What matches a filter, each entry with its proof. @throws AppError `forbidden`, before anything is sent */
export async function exportWithProofs(actor: Actor, filter: EntryFilter): Promise<Response> {
  async function* selection() {
    for await (const batch of streamEntries(actor, filter))
      yield batch.flatMap(({ id }) => {
        const place = parseEntryId(id);
        return place ? [{ lane: place.lane, seq: place.seq }] : [];
      });
  }
  return streamed(exportLog({ payloads: false, selection: selection() }));
}

/** Constant memory; a reader that stops ends the queries. */
async function streamed(parts: AsyncGenerator<string>): Promise<Response> {
  const encoder = new TextEncoder();
  let next = await parts.next(); // what is refused is refused as an answer, not in the middle of a file
  let first = true;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!first) next = await parts.next();
      first = false;
      if (next.done) return controller.close();
      controller.enqueue(encoder.encode(next.value));
    },
    async cancel() {
      await parts.return(undefined);
    },
  });
  const headers = {
    "content-type": "application/x-ndjson; charset=utf-8",
    "content-disposition": 'attachment; filename="audit-log.ndjson"',
    "cache-control": "no-store",
  };
  return new Response(body, { headers });
}
