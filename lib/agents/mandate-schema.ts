import { z } from "zod";
import { mandate, money } from "@/lib/policy/schema";
import { layers } from "@/lib/policy/types";
import { agentPath } from "./schema";

/** Shapes beside the mandate of an agent: what it may really do under one, and what it did. */

const most = z.union([money, z.literal("unlimited")]).nullable();

const authorityRow = z.object({
  tool: z.string(),
  /** In the catalogue, and not blocked. */
  known: z.boolean(),
  allowUpTo: most,
  approvalUpTo: most,
  never: z.boolean(),
  currency: z.string().nullable(),
  conditions: z.array(z.string()),
  decidedBy: z.object({ layer: z.enum(layers), ruleId: z.string() }),
  whoMustApprove: z.string().nullable(),
});
export type AuthorityRow = z.infer<typeof authorityRow>;

/** Tools looked at in one answer. */
export const mostAuthorityRows = 200;

export const authorityInput = agentPath.extend({ mandate: mandate.optional() });
export const authorityBody = authorityInput.omit({ id: true });
export const authorityAnswer = z.object({
  items: z.array(authorityRow),
  /** Tools of the mandate that were not looked at, because there are more than 200. */
  left: z.int(),
});
export type AuthorityAnswer = z.infer<typeof authorityAnswer>;

const usedRanges = [7, 30, 90] as const;
export const usedQuery = z.strictObject({
  days: z.coerce
    .number<string | number>()
    .refine((value) => (usedRanges as readonly number[]).includes(value), "days is 7, 30 or 90")
    .default(30),
});
export const usedInput = agentPath.extend(usedQuery.shape);

const used = z.array(z.object({ value: z.string(), count: z.int() }));

/** What was allowed, also after an approval, most used first. */
export const usedAnswer = z.object({
  days: z.int(),
  tools: used,
  /** `null` when the caller may not read the content of its decisions. */
  recipients: used.nullable(),
  /** `GET api.example.com/v1/orders`; several paths of one host and method are one row. */
  hosts: used.nullable(),
  regions: used.nullable(),
});
export type UsedAnswer = z.infer<typeof usedAnswer>;
