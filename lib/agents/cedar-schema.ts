import { z } from "zod";

const uid = z.object({ type: z.string(), id: z.string() });

/** The effective policy of one agent as Cedar, to read, keep and check elsewhere. */
export const cedarAnswer = z.object({
  /** Cedar policies. */
  policies: z.string(),
  /** Cedar schema, in Cedar's own syntax. */
  schema: z.string(),
  /** The agent, its tools and the lists the policies name, in Cedar's JSON form. */
  entities: z.array(z.object({ uid, attrs: z.record(z.string(), z.json()), parents: z.array(uid) })),
  /** The policy it was written from, as decisions name it. */
  policyHash: z.string(),
});
export type CedarAnswer = z.infer<typeof cedarAnswer>;
