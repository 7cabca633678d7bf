import type { Json } from "@/lib/json";
import { readMcpTools } from "./import-mcp";
import { readOpenApi } from "./import-openapi";
import { type ImportReading, isObject } from "./import-reading";

/** Reads a document in whichever form it is. */
export function readImport(document: Json, prefix = ""): ImportReading {
  if (isObject(document) && ("openapi" in document || "swagger" in document)) return readOpenApi(document, prefix);
  const result = isObject(document) && isObject(document.result) ? document.result : document;
  if (isObject(result) && "tools" in result) return readMcpTools(document, prefix);
  return {
    ok: false,
    message:
      "this is neither the answer to `tools/list` of an MCP server (a list `tools`) nor an OpenAPI document (a member `openapi`)",
  };
}
