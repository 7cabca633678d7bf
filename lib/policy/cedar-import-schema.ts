import { z } from "zod";
import { guardrail } from "./schema";

/** Shapes of reading guardrails from a Cedar file. */
export const cedarImportInput = z.strictObject({ text: z.string().min(1).max(1_000_000) });

export const cedarImportAnswer = z.object({
  /** What the file says, ready for a draft; nothing was changed. */
  guardrails: z.array(guardrail),
  /** What could not be taken over, each with its line in the file (from 1). A policy with a problem is not among the guardrails. */
  problems: z.array(z.object({ line: z.int(), message: z.string() })),
});
export type CedarImportAnswer = z.infer<typeof cedarImportAnswer>;
