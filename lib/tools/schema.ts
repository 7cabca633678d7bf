import { z } from "zod";
import { cursorOf } from "@/lib/cursor";
import {
  argumentRoles,
  argumentSchema,
  currencyCode,
  effectClass,
  effectClasses,
  tool,
  toolName,
  toolStatuses,
} from "@/lib/policy/schema";
import { line } from "@/lib/text";

/** Shapes of the catalogue on the wire and in forms; the tool itself is `lib/policy/schema.ts`, because the catalogue is part of the policy. */

/** Body of `PUT /tools/{name}`. What is left out is absent afterwards: it is a replacement. */
export const toolInput = z.strictObject({
  description: z.string().trim().max(4000).default(""),
  effect: effectClass,
  reversible: z.boolean(),
  argumentSchema: argumentSchema.optional(),
  argumentRoles: argumentRoles.optional(),
  /** The currency of its amounts where the arguments name none. */
  currency: currencyCode.optional(),
  source: line(200).optional(),
  status: z.enum(["sanctioned", "blocked"]).default("sanctioned"),
});
export type ToolInput = z.output<typeof toolInput>;

/** A new tool with its name, as the form sends it. */
export const sanctionInput = toolInput.extend({ name: toolName });
export type SanctionInput = z.output<typeof sanctionInput>;

export const toolFilter = z.strictObject({
  q: z.string().trim().max(200).optional(),
  effect: z.enum(effectClasses).optional(),
  status: z.enum(toolStatuses).optional(),
  limit: z.coerce.number<string>().int().min(1).max(200).default(50),
  cursor: cursorOf(1).optional(),
});
export type ToolFilter = z.output<typeof toolFilter>;

/** A tool name in a path: its slashes may be segments of their own or encoded. */
export const toolPath = z
  .strictObject({ name: z.array(z.string()).min(1) })
  .transform(({ name }) => ({ name: name.map(decoded).join("/") }))
  .pipe(z.strictObject({ name: toolName }));

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

export const toolDto = z.object({
  name: z.string(),
  description: z.string(),
  source: z.string(),
  effect: effectClass,
  reversible: z.boolean(),
  status: z.enum(toolStatuses),
  argumentSchema: tool.shape.argumentSchema.unwrap().nullable(),
  argumentRoles,
  currency: z.string().nullable(),
  fingerprint: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type ToolDto = z.infer<typeof toolDto>;

export const toolPage = z.object({ items: z.array(toolDto), nextCursor: z.string().nullable() });

/** A name that agents asked for and the catalogue does not have. */
const demandDto = z.object({
  name: z.string(),
  /** Whether the name could be put into the catalogue; others are refused by their form alone. */
  wellFormed: z.boolean(),
  count: z.int(),
  agents: z.array(z.object({ id: z.string(), name: z.string(), count: z.int() })),
  firstAt: z.string(),
  lastAt: z.string(),
});
export type DemandDto = z.infer<typeof demandDto>;
