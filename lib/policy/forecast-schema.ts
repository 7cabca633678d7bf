import { z } from "zod";
import { policyDraftContent } from "./draft-content";

/** What a forecast is asked for, and what it says. Times RFC 3339 UTC; days are UTC. */

/** Why nothing can be said of a decision: its content is gone or not looked at yet · a rule looks at a fact that is not kept · it was answered by other rules than today's · the agent's record does not parse. */
export const unknowns = ["no_facts", "not_kept", "other_rules", "agent_unreadable"] as const;
export type Unknown = (typeof unknowns)[number];

export const forecastDays = [7, 30, 90] as const;
const days = z.union([z.literal(7), z.literal(30), z.literal(90)]);
const queryDays = z.enum(["7", "30", "90"]).transform((text) => Number(text) as (typeof forecastDays)[number]);

/** Of the draft as it is, of the draft at a revision (refused when it has moved on), or of the content given. */
export const forecastInput = z
  .strictObject({
    days: days.default(30),
    revision: z.int().min(0).optional(),
    content: policyDraftContent.optional(),
  })
  .refine(({ revision, content }) => revision === undefined || content === undefined, {
    path: ["content"],
    message: "name a revision of the draft or send the content, not both",
  });
export type ForecastInput = z.output<typeof forecastInput>;

/** The same for the console, where the answer is a stream of progress. */
export const forecastQuery = z.strictObject({
  days: queryDays.default(30),
  revision: z.coerce.number<string>().int().min(0).optional(),
});

const count = z.int().min(0);
const outcome = z.enum(["allow", "approval_required", "deny"]);

/** Decisions of one agent with one tool whose outcome would be another. */
export const forecastChange = z.object({
  agentId: z.string(),
  agentName: z.string(),
  tool: z.string(),
  from: outcome,
  to: outcome,
  count,
  /** Ids of a few of the decisions. */
  decisions: z.array(z.string()),
});
export type ForecastChange = z.output<typeof forecastChange>;

export const forecast = z.object({
  days,
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  /** Number of the policy in force that the draft is compared with. */
  baseNumber: z.int(),
  /** All decisions of the range. */
  decisions: count,
  /** Of agents and tools that the draft cannot change anything for. */
  untouched: count,
  /** Judged again, with the same answer. */
  unchanged: count,
  changed: count,
  /** The most frequent first; `moreChanges` is how many decisions are not listed. */
  changes: z.array(forecastChange),
  moreChanges: count,
  /** What would pass that was stopped, and stop that passed. */
  deniedThatPass: count,
  deniedThatAsk: count,
  askedThatPass: count,
  askedThatStop: count,
  allowedThatAsk: count,
  allowedThatStop: count,
  /** Of how many it cannot be said, and why. */
  unknown: z.object({
    count,
    reasons: z.array(z.object({ why: z.enum(unknowns), attribute: z.string().nullable(), count })),
    /** True while facts of past decisions are still being collected: ask again later. */
    collecting: z.boolean(),
  }),
  approvals: z.object({
    /** Of the requests of the range that people decided; null when there were none. */
    medianWaitSeconds: z.number().nullable(),
    decided: count,
    perDay: z.array(z.object({ day: z.iso.date(), before: count, after: count })),
    /** Requests that a person could be asked for. */
    perApprover: z.array(z.object({ id: z.string(), name: z.string(), before: count, after: count })),
  }),
  seconds: z.number(),
});
export type Forecast = z.output<typeof forecast>;

/** Lines of the stream that the console reads: progress now and then, then the forecast or what went wrong. */
export const forecastLine = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("progress"), done: count, total: count }),
  z.object({ kind: z.literal("forecast"), forecast }),
  z.object({ kind: z.literal("failed"), message: z.string(), requestId: z.string() }),
]);
export type ForecastLine = z.output<typeof forecastLine>;
