import { z } from "zod";

/** What rules in shadow would have done. */

export const shadowQuery = z.strictObject({
  days: z
    .enum(["7", "30", "90"])
    .transform((text) => Number(text) as 7 | 30 | 90)
    .default(30),
});

const count = z.int().min(0);

const shadowUse = z.object({
  agentId: z.string(),
  agentName: z.string(),
  tool: z.string(),
  count,
  firstAt: z.iso.datetime(),
  lastAt: z.iso.datetime(),
  /** Ids of a few of the decisions, the newest first. */
  decisions: z.array(z.string()),
});

export const shadowRule = z.object({
  ruleId: z.string(),
  /** What it would have done. */
  effect: z.enum(["deny", "approval"]),
  count,
  /** How many of them had ended otherwise, were all rules in shadow enforced; the rest were asked or denied by another rule already. */
  wouldChange: count,
  firstAt: z.iso.datetime(),
  lastAt: z.iso.datetime(),
  uses: z.array(shadowUse),
});
export type ShadowRule = z.output<typeof shadowRule>;

export const shadowReportShape = z.object({
  days: z.int(),
  from: z.iso.datetime(),
  /** Rules that fired, the most frequent first. One that is not here did not fire. */
  rules: z.array(shadowRule),
  /** Decisions of the range whose content could be read; what the counts are of. */
  looked: count,
  decisions: count,
  /** True while decisions are still being looked at. */
  collecting: z.boolean(),
});
export type ShadowReport = z.output<typeof shadowReportShape>;
