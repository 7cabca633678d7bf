import { z } from "zod";
import type { Json } from "@/lib/json";
import { argumentRoles, currencyCode, effectClass, toolName, toolStatuses } from "@/lib/policy/schema";
import { line } from "@/lib/text";
import { definitionDifference } from "./definition";
import { mostTools } from "./import-reading";

/** Shapes of `POST /tools/import` and of the review before it. */

/** What a person says of one tool of the document. Without it a new tool stays out, and one that changed is held. */
const confirmation = z.strictObject({
  name: toolName,
  effect: effectClass,
  reversible: z.boolean(),
  argumentRoles: argumentRoles.optional(),
  currency: currencyCode.optional(),
});

export const importInput = z.strictObject({
  document: z
    .custom<Json>((value) => value !== undefined, "a document is needed")
    .describe("The answer to `tools/list` of an MCP server, or an OpenAPI 3.0 or 3.1 document"),
  source: line(100)
    .optional()
    .describe(
      "Which server or API it is; a changed definition is held only when it comes from the source it was sanctioned from",
    ),
  prefix: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9._/-]{0,62}$/,
      "a prefix is 1 to 63 of a-z, 0-9, `.`, `_`, `/`, `-` and starts with a letter or digit",
    )
    .optional()
    .describe("Put in front of every name, such as `crm.`"),
  dryRun: z.boolean().default(false).describe("Only says what an import would do"),
  tools: z.array(confirmation).max(mostTools).default([]),
});
export type ImportInput = z.output<typeof importInput>;

/** The same from the console, where the document is text that was pasted. */
export const importText = importInput.omit({ document: true }).extend({ text: z.string() });

const reviewRow = z.object({
  name: z.string(),
  originalName: z.string(),
  description: z.string(),
  state: z.enum(["new", "same", "changed"]),
  effect: effectClass,
  reversible: z.boolean(),
  because: z.array(z.string()),
  byName: effectClass.nullable(),
  argumentRoles,
  /** Top-level argument names. */
  argumentNames: z.array(z.string()),
  dropped: z.array(z.object({ at: z.string(), keyword: z.string(), why: z.string() })),
  fingerprint: z.string(),
  /** Against what the catalogue has; empty for a new tool. */
  differences: z.array(definitionDifference),
  stored: z
    .object({
      effect: effectClass,
      reversible: z.boolean(),
      argumentRoles,
      currency: z.string().nullable(),
      status: z.enum(toolStatuses),
      source: z.string(),
    })
    .nullable(),
});
export type ReviewRow = z.infer<typeof reviewRow>;

export const importAnswer = z.object({
  format: z.enum(["mcp", "openapi"]),
  source: z.string(),
  notes: z.array(z.string()),
  tools: z.array(reviewRow),
  refused: z.array(z.object({ originalName: z.string(), message: z.string() })),
  /** `null` for a dry run. Names of tools; `held` ones ask a person on every call. */
  imported: z
    .object({
      created: z.array(z.string()),
      changed: z.array(z.string()),
      held: z.array(z.string()),
      policy: z.object({ number: z.int(), hash: z.string() }),
    })
    .nullable(),
});
export type ImportAnswer = z.infer<typeof importAnswer>;

/** Answers a changed definition. `fingerprint` is that of the one that was looked at. */
export const changeAnswer = z.strictObject({
  name: toolName,
  fingerprint: z.string().max(200),
  answer: z.enum(["accept", "keep"]),
});
export type ChangeAnswer = z.output<typeof changeAnswer>;

/** A definition that waits for a person. */
const toolChange = z.object({ fingerprint: z.string(), differences: z.array(definitionDifference) });
export type ToolChange = z.infer<typeof toolChange>;
