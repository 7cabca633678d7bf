import "server-only";

import type { Actor } from "@/lib/auth/actor";
import { entryCsvHead, entryCsvLine } from "./csv";
import { streamEntries } from "./list-entries";
import type { EntryFilter } from "./schema";

/**
 * Every entry that matches as CSV, streamed a batch at a time: memory stays constant, and a reader that stops ends the queries.
 * @throws AppError `forbidden`, before anything is sent
 */
export async function exportEntries(actor: Actor, filter: EntryFilter): Promise<Response> {
  const batches = streamEntries(actor, filter);
  const encoder = new TextEncoder();
  let next = await batches.next(); // what is refused is refused as an answer, not in the middle of a file
  let begun = false;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!begun) {
        begun = true;
        controller.enqueue(encoder.encode(entryCsvHead()));
      } else next = await batches.next();
      if (next.done) return controller.close();
      controller.enqueue(encoder.encode(next.value.map(entryCsvLine).join("")));
    },
    async cancel() {
      await batches.return(undefined);
    },
  });
  return new Response(body, {
    headers: {
      "content-type": "text/csv; charset=utf-8; header=present",
      "content-disposition": 'attachment; filename="audit-log.csv"',
      "cache-control": "no-store",
    },
  });
}
