import { z } from "zod";
import { cursorOf } from "@/lib/cursor";
import { policySet } from "./schema";

/** A published policy on the wire. */
const policyVersionRow = z.object({
  id: z.string(),
  number: z.int(),
  hash: z.string(),
  note: z.string(),
  createdAt: z.string(),
  /** Name of the person, or null when the program published it. */
  createdBy: z.string().nullable(),
});
export type PolicyVersionRow = z.infer<typeof policyVersionRow>;

export const policyVersionFull = policyVersionRow.extend({ content: policySet });
export type PolicyVersionFull = z.infer<typeof policyVersionFull>;

export const policyVersionPage = z.object({ items: z.array(policyVersionRow), nextCursor: z.string().nullable() });

export const versionsQuery = z.strictObject({
  limit: z.coerce.number<string>().int().min(1).max(200).default(50),
  cursor: cursorOf(1).optional(),
});

export const versionPath = z.strictObject({ number: z.coerce.number<string>().int().min(1).max(2_147_483_647) });

/** Address of the tiers page: which version is shown, and where its history stands. */
export const tiersQuery = z.strictObject({
  version: versionPath.shape.number.optional(),
  cursor: versionsQuery.shape.cursor,
});
