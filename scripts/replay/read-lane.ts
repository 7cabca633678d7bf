import type { Management } from "./management";
import type { LogEntry } from "./verify-answers";

type Page = { items: { seq: number; header: string }[]; nextCursor: string | null };

/** Every entry of a lane from one seq to another, both included, in order, over the API. */
export async function* readLane(api: Management, lane: number, from: number, to: number): AsyncGenerator<LogEntry> {
  for (let after = from - 1; after < to; ) {
    const page = await api.get<Page>(
      `/audit/lanes/${lane}/entries?after=${after}&limit=${Math.min(1_000, to - after)}`,
    );
    if (page.items.length === 0) return;
    for (const { seq, header } of page.items) yield { seq, header: Buffer.from(header, "base64") };
    after = page.items.at(-1)?.seq ?? to;
  }
}
