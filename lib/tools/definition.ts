// What the source of a tool says of it, and how two of them differ.
// Stored. Changing this needs a version bump.
import { z } from "zod";
import { canonicalize, type Json, pointer } from "@/lib/json";
import { isObject } from "./import-reading";

/** As an MCP server or an API describes a tool, before anything is left out. `fingerprint` is over exactly this and the catalogue's name. */
export const toolDefinition = z.strictObject({
  version: z.literal(1),
  description: z.string(),
  argumentSchema: z.json(),
  fingerprint: z.string(),
});
export type ToolDefinition = z.infer<typeof toolDefinition>;

/** One place where two definitions differ: `at` is a JSON Pointer, the values canonical JSON, `null` where there is none. */
export const definitionDifference = z.object({
  at: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type DefinitionDifference = z.infer<typeof definitionDifference>;

const mostDifferences = 200;
const longest = 400;

/**
 * Where two JSON values differ, at the deepest place that says it.
 * @returns at most 200, in the order of the first value and then of what only the second has
 */
export function differencesOf(before: Json, after: Json): DefinitionDifference[] {
  const found: DefinitionDifference[] = [];
  compare(before, after, [], found);
  return found;
}

function compare(
  before: Json | undefined,
  after: Json | undefined,
  path: string[],
  found: DefinitionDifference[],
): void {
  if (found.length >= mostDifferences) return;
  if (isObject(before) && isObject(after) && path.length < 40) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)]))
      compare(own(before, name), own(after, name), [...path, name], found);
    return;
  }
  const [one, other] = [text(before), text(after)];
  if (one !== other) found.push({ at: pointer(path) || "/", before: short(one), after: short(other) });
}

function own(value: { [name: string]: Json }, name: string): Json | undefined {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function text(value: Json | undefined): string | null {
  return value === undefined ? null : canonicalize(value);
}

function short(value: string | null): string | null {
  return value !== null && value.length > longest ? `${value.slice(0, longest)}…` : value;
}
