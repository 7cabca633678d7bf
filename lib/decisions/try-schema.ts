import { z } from "zod";
import { agentId } from "@/lib/agents/schema";
import { approvalSpec } from "@/lib/policy/schema";
import { layers } from "@/lib/policy/types";
import { decisionRequest, outcome } from "./schema";

/** Shapes of `POST /policy/try`: any request, judged by any policy, recorded nowhere as a decision. */

/** The policy in force, the draft, or a published version by its number. */
const policyChoice = z.union([z.literal("live"), z.literal("draft"), z.int().min(1).max(2_147_483_647)]);
export type PolicyChoice = z.infer<typeof policyChoice>;

const { tool, toolFingerprint, arguments: args, resource, context } = decisionRequest.shape;

export const tryInput = z.strictObject({
  agentId,
  request: z.strictObject({ tool, toolFingerprint, arguments: args, resource, context }),
  at: z.iso
    .datetime({ offset: true, message: "a time looks like `2027-01-31T12:00:00Z`" })
    .optional()
    .describe("When the request is made; now when left out"),
  policies: z.array(policyChoice).min(1).max(2).default(["live"]),
});
export type TryInput = z.output<typeof tryInput>;

const finding = z.object({
  layer: z.enum(layers),
  ruleId: z.string(),
  effect: z.enum(["allow", "approval", "deny"]),
  code: z.string(),
  message: z.string(),
  mode: z.enum(["enforce", "shadow"]).nullable(),
  /** `one person of Finance must approve`; `null` when this finding asks nobody. */
  who: z.string().nullable(),
});

const trial = z.object({
  policy: z.object({
    choice: policyChoice,
    /** Of the version; of the one in force for a draft, which it would replace. */
    number: z.int(),
    hash: z.string(),
  }),
  outcome,
  wouldBe: z.enum(["deny", "approval_required"]).nullable(),
  findings: z.array(finding),
  obligations: z.array(z.record(z.string(), z.unknown())),
  /** The strictest of what was asked; `null` when nobody is asked. */
  approval: approvalSpec.nullable(),
  who: z.string().nullable(),
  /** Names of who could decide it, at most 20; empty when nobody is asked, or nobody can. */
  approvers: z.array(z.string()),
  /** What an allow would be charged to. What is spent already is not looked at. */
  charges: z.array(z.object({ ruleId: z.string(), window: z.string(), scope: z.string() })),
});
export type Trial = z.infer<typeof trial>;

export const tryAnswer = z.object({ agentId: z.string(), evaluatedAt: z.string(), trials: z.array(trial) });
export type TryAnswer = z.infer<typeof tryAnswer>;
