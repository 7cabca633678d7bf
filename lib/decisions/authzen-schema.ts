// Messages of the AuthZEN Authorization API 1.0. Unknown members are ignored; wrong types are refused, never coerced.
import { z } from "zod";

const properties = z.record(z.string(), z.unknown());
const subject = z.object({ type: z.string().min(1), id: z.string().min(1), properties: properties.optional() });
const action = z.object({ name: z.string().min(1), properties: properties.optional() });
const resource = z.object({ type: z.string().min(1), id: z.string().min(1), properties: properties.optional() });

export const evaluation = z.object({ subject, action, resource, context: properties.optional() });
export type EvaluationRequest = z.output<typeof evaluation>;

export const evaluations = z.object({
  subject: subject.optional(),
  action: action.optional(),
  resource: resource.optional(),
  context: properties.optional(),
  evaluations: z.array(z.record(z.string(), z.unknown())).max(100).optional(),
  options: z
    .object({
      evaluations_semantic: z
        .enum(["execute_all", "deny_on_first_deny", "permit_on_first_permit"])
        .default("execute_all"),
    })
    .optional(),
});

export const evaluationAnswer = z.object({ decision: z.boolean(), context: properties.optional() });
