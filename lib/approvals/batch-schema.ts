import { z } from "zod";
import { approvalId, type card, sha256 } from "./schema";
import { type approvalStatuses, verdicts } from "./state";

/** Shapes of deciding several requests together. */

/** As many as one person can be expected to read in one sitting. */
export const batchSize = 20;

const differ = <Entry>(entries: readonly Entry[], idOf: (entry: Entry) => string) =>
  new Set(entries.map(idOf)).size === entries.length;

export const batchParams = z.strictObject({
  ids: z
    .array(approvalId)
    .min(2, "choose at least two requests")
    .max(batchSize, `choose at most ${batchSize} requests`)
    .refine((ids) => differ(ids, (id) => id), "name each request once"),
});

/** Why requests are not decided together, and which of them it is about. */
export const batchRefused = z.object({ id: approvalId, because: z.string() });
export type BatchRefused = z.infer<typeof batchRefused>;

/** What is shown before a batch is decided: every card with its digest, or the request that keeps it from being one. */
export type BatchCards =
  | { refused: BatchRefused }
  | { refused: null; requests: { card: z.infer<typeof card>; seenDigest: string }[] };

/** One verdict on several requests, each with the digest of the card it was given on. `count` is how many the person typed. */
export const batchVoteInput = z
  .strictObject({
    verdict: z.enum(verdicts),
    comment: z
      .string()
      .trim()
      .min(1, "say why; each vote keeps it")
      .max(2000, "keep the comment under 2,000 characters"),
    count: z.int(),
    requests: z
      .array(z.strictObject({ id: approvalId, seenDigest: sha256 }))
      .min(2, "choose at least two requests")
      .max(batchSize, `choose at most ${batchSize} requests`)
      .refine((requests) => differ(requests, ({ id }) => id), "name each request once"),
  })
  .refine(({ count, requests }) => count === requests.length, {
    path: ["count"],
    message: "type how many requests you decide",
  });
export type BatchVoteInput = z.infer<typeof batchVoteInput>;

/** What became of one request of a batch: each vote counts, or does not, by itself. */
export type BatchResult = { id: string } & (
  | { ok: true; status: (typeof approvalStatuses)[number]; granted: number; required: number }
  | { ok: false; because: string }
);
