import type { Json } from "@/lib/json";
import type { EffectClass } from "@/lib/policy/schema";
import { catalogueName, withoutCollisions } from "./catalogue-name";
import { guessEffect } from "./guess-effect";
import { guessSchemaRoles } from "./guess-schema-roles";
import {
  type ImportReading,
  isObject,
  type JsonObject,
  mostTools,
  type ReadTool,
  type RefusedTool,
  shown,
} from "./import-reading";
import { reduceSchema } from "./reduce-schema";

/**
 * Reads the answer to `tools/list` of the Model Context Protocol (2025-11-25 and 2026-07-28). Annotations are hints of whoever wrote the server: what is
 * not said has the default of the specification, which is the worst case.
 */

/**
 * @param document the result, or the whole JSON-RPC answer around it
 * @param prefix   put in front of every name
 */
export function readMcpTools(document: Json, prefix = ""): ImportReading {
  const result = isObject(document) && isObject(document.result) ? document.result : document;
  if (!isObject(result) || !Array.isArray(result.tools))
    return { ok: false, message: "this is not the answer to `tools/list`: it has no list `tools`" };
  if (result.tools.length > mostTools)
    return {
      ok: false,
      message: `the list has ${result.tools.length} tools; at most ${mostTools} are imported at once`,
    };
  const read: ReadTool[] = [];
  const refused: RefusedTool[] = [];
  for (const [index, tool] of result.tools.entries()) {
    const made = readTool(tool, index, prefix);
    if ("message" in made) refused.push(made);
    else read.push(made);
  }
  const { tools, refused: colliding } = withoutCollisions(read);
  const notes =
    typeof result.nextCursor === "string"
      ? ["The list has further pages (`nextCursor`). Import each page, or the server's other tools stay unknown."]
      : [];
  return { ok: true, format: "mcp", title: null, tools, refused: [...refused, ...colliding], notes };
}

function readTool(tool: Json, index: number, prefix: string): ReadTool | RefusedTool {
  if (!isObject(tool) || typeof tool.name !== "string" || tool.name === "")
    return { originalName: `tools/${index}`, message: "has no name" };
  const originalName = tool.name.slice(0, 300);
  const name = catalogueName(tool.name, prefix);
  if (name === null)
    return {
      originalName,
      message: `${shown(originalName)} does not become a tool name: only ASCII, at most 128 characters`,
    };
  const reduction = reduceSchema(tool.inputSchema);
  if (!reduction.ok) return { originalName, message: reduction.message };
  const annotations = isObject(tool.annotations) ? tool.annotations : {};
  const whole = typeof tool.description === "string" ? tool.description : "";
  const hint = hintOf(annotations);
  return {
    name,
    originalName,
    description: whole.trim().slice(0, 4000),
    ...guessEffect(originalName, hint, annotations.destructiveHint === false),
    argumentSchema: reduction.schema,
    argumentRoles: guessSchemaRoles(reduction.schema),
    dropped: reduction.dropped,
    definition: { description: whole, argumentSchema: tool.inputSchema ?? null },
  };
}

/**
 * The mildest class the hints leave. Only the values the specification gives count: a hint that is not a boolean was not given.
 * @see MCP schema `ToolAnnotations`: defaults readOnlyHint false, destructiveHint true, openWorldHint true
 */
export function hintOf(annotations: JsonObject): { effect: EffectClass; because: string } {
  if (annotations.readOnlyHint === true) return { effect: "read", because: "the server says it only reads" };
  if (annotations.destructiveHint !== false)
    return {
      effect: "destructive",
      because:
        annotations.destructiveHint === true
          ? "the server says it may delete or overwrite"
          : "the server does not say that it only reads or only adds, so it may delete or overwrite",
    };
  if (annotations.openWorldHint !== false)
    return {
      effect: "external",
      because:
        annotations.openWorldHint === true
          ? "the server says it reaches outside"
          : "the server does not say that it stays inside, so it may reach outside",
    };
  return { effect: "write", because: "the server says it only adds, and stays inside" };
}
