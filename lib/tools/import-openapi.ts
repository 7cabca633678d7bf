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
 * Reads an OpenAPI document, 3.0 or 3.1: every operation is a tool. Its arguments are one object: path, query and header parameters by name, and the body's
 * members beside them, or the whole body as `body` when it is no object or a name is taken.
 */

const methods = ["get", "head", "options", "trace", "post", "put", "patch", "delete"] as const;
type Method = (typeof methods)[number];

/** The mildest class a method leaves. RFC 9110 §9.2.1 (safe methods), §9.3.4 (PUT replaces). */
export const methodFloors: Record<Method, { effect: EffectClass; because: string }> = {
  get: { effect: "read", because: "GET only reads" },
  head: { effect: "read", because: "HEAD only reads" },
  options: { effect: "read", because: "OPTIONS only reads" },
  trace: { effect: "read", because: "TRACE only reads" },
  post: { effect: "write", because: "POST creates or acts" },
  patch: { effect: "write", because: "PATCH changes" },
  put: { effect: "destructive", because: "PUT overwrites what was there" },
  delete: { effect: "destructive", because: "DELETE deletes" },
};

/** @param prefix put in front of every name */
export function readOpenApi(document: Json, prefix = ""): ImportReading {
  if (!isObject(document) || typeof document.openapi !== "string")
    return {
      ok: false,
      message:
        isObject(document) && "swagger" in document
          ? "this is Swagger 2.0; convert it to OpenAPI 3 first"
          : "this is not an OpenAPI document: it has no member `openapi`",
    };
  if (!/^3\.[01]\.\d+/.test(document.openapi))
    return { ok: false, message: `OpenAPI ${shown(document.openapi)} is not read; 3.0 and 3.1 are` };
  if (!isObject(document.paths) || Object.keys(document.paths).length === 0)
    return { ok: false, message: "the document has no `paths`, so there is nothing to import" };
  const operations = operationsOf(document, document.paths);
  if (operations.length > mostTools)
    return {
      ok: false,
      message: `the document has ${operations.length} operations; at most ${mostTools} are imported at once`,
    };
  const read: ReadTool[] = [];
  const refused: RefusedTool[] = [];
  for (const operation of operations) {
    const made = readOperation(operation, document, prefix);
    if ("message" in made) refused.push(made);
    else read.push(made);
  }
  const { tools, refused: colliding } = withoutCollisions(read);
  const info = isObject(document.info) ? document.info : {};
  return {
    ok: true,
    format: "openapi",
    title: typeof info.title === "string" ? info.title.slice(0, 100) : null,
    tools,
    refused: [...refused, ...colliding],
    notes: isObject(document.webhooks) ? ["Webhooks are calls to you, not tools, and are left out."] : [],
  };
}

type Operation = { method: Method; path: string; item: JsonObject; operation: JsonObject };

function operationsOf(document: JsonObject, paths: JsonObject): Operation[] {
  const found: Operation[] = [];
  for (const [path, given] of Object.entries(paths)) {
    const item = followed(given, document);
    if (!isObject(item)) continue;
    for (const method of methods) {
      const operation = Object.hasOwn(item, method) ? item[method] : undefined;
      if (isObject(operation)) found.push({ method, path, item, operation });
    }
  }
  return found;
}

function readOperation(
  { method, path, item, operation }: Operation,
  document: JsonObject,
  prefix: string,
): ReadTool | RefusedTool {
  const named =
    typeof operation.operationId === "string" && operation.operationId !== "" ? operation.operationId : null;
  const originalName = (named ?? `${method.toUpperCase()} ${path}`).slice(0, 300);
  const name = catalogueName(named ?? `${method} ${path.replaceAll(/[{}/]+/g, " ")}`, prefix);
  if (name === null)
    return {
      originalName,
      message: `${shown(originalName)} does not become a tool name: only ASCII, at most 128 characters`,
    };
  const assembled = argumentsOf(item, operation, document);
  if (typeof assembled === "string") return { originalName, message: assembled };
  const reduction = reduceSchema(assembled);
  if (!reduction.ok) return { originalName, message: reduction.message };
  const texts = [operation.summary, operation.description].filter((text) => typeof text === "string" && text !== "");
  const whole = texts.join("\n\n");
  return {
    name,
    originalName,
    description: whole.trim().slice(0, 4000),
    ...guessEffect(wordsOf(method, named, path), methodFloors[method], false),
    argumentSchema: reduction.schema,
    argumentRoles: guessSchemaRoles(reduction.schema),
    dropped: reduction.dropped,
    definition: { description: whole, argumentSchema: assembled },
  };
}

/** A safe method is judged by what its operation is called; any other by its path too, because `POST /payments` says the grave word there. */
function wordsOf(method: Method, named: string | null, path: string): string {
  const safe = methodFloors[method].effect === "read";
  if (safe) return named ? `get ${named}` : "get";
  return `${named ?? ""} ${path.replaceAll(/\{[^}]*\}/g, " ")}`;
}

/** The arguments as one schema, or why there is none. */
function argumentsOf(item: JsonObject, operation: JsonObject, document: JsonObject): JsonObject | string {
  const properties = new Map<string, Json>();
  const required: string[] = [];
  const parameters = [item.parameters, operation.parameters].flatMap((list) => (Array.isArray(list) ? list : []));
  for (const given of parameters) {
    const parameter = followed(given, document);
    if (typeof parameter === "string") return parameter;
    if (!isObject(parameter) || typeof parameter.name !== "string" || parameter.in === "cookie") continue;
    if (parameter.in === "header" && /^(?:accept|content-type|authorization)$/i.test(parameter.name)) continue;
    const media = isObject(parameter.content) ? Object.values(parameter.content)[0] : undefined;
    properties.set(parameter.name, parameter.schema ?? (isObject(media) ? media.schema : undefined) ?? {});
    if (parameter.required === true || parameter.in === "path") required.push(parameter.name);
  }
  const body = followed(operation.requestBody ?? null, document);
  if (typeof body === "string") return body;
  if (isObject(body)) {
    const schema = bodySchema(body);
    const members = isObject(schema) ? followed(schema, document) : schema;
    if (typeof members === "string") return members;
    const plain = isObject(members) && isObject(members.properties) && onlyObject(members) ? members : null;
    const taken = plain && Object.keys(plain.properties as JsonObject).some((name) => properties.has(name));
    if (plain && !taken) {
      for (const [name, part] of Object.entries(plain.properties as JsonObject)) properties.set(name, part);
      if (Array.isArray(plain.required) && body.required === true)
        required.push(...plain.required.filter((name) => typeof name === "string"));
    } else {
      properties.set("body", schema ?? {});
      if (body.required === true) required.push("body");
    }
  }
  const whole: JsonObject = {
    type: "object",
    properties: Object.fromEntries(properties),
    ...(required.length > 0 ? { required: [...new Set(required)] } : {}),
  };
  return withDefinitions(whole, document);
}

/** Of the media types a body may have, the one that says most: JSON, then a form, then any. */
function bodySchema(body: JsonObject): Json {
  if (!isObject(body.content)) return {};
  const types = Object.entries(body.content);
  const [, media] = types.find(([type]) => /^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) ??
    types.find(([type]) => /form/i.test(type)) ??
    types[0] ?? ["", null];
  return isObject(media) ? (media.schema ?? {}) : {};
}

/** Whether taking its members apart loses nothing that would be enforced. */
function onlyObject(schema: JsonObject): boolean {
  return ["allOf", "anyOf", "oneOf", "not", "additionalProperties", "minProperties", "maxProperties", "nullable"].every(
    (keyword) => !(keyword in schema),
  );
}

/** References into `components/schemas` become `$defs`, each definition once, so that a schema may refer to itself. */
function withDefinitions(schema: JsonObject, document: JsonObject): JsonObject | string {
  const components =
    isObject(document.components) && isObject(document.components.schemas) ? document.components.schemas : {};
  const definitions = new Map<string, Json>();
  let problem: string | null = null;
  let nodes = 0;
  const rewritten = (value: Json, depth: number): Json => {
    if (++nodes > 20_000 || depth > 60) {
      problem ??= "its schema is too large or nested too deep";
      return true;
    }
    if (Array.isArray(value)) return value.map((part) => rewritten(part, depth + 1));
    if (!isObject(value)) return value;
    const reference = value.$ref;
    if (typeof reference === "string") {
      const [, name] = /^#\/components\/schemas\/([^/]+)$/.exec(reference) ?? [];
      if (name === undefined || !Object.hasOwn(components, name)) {
        problem ??= reference.startsWith("#")
          ? `it refers to ${shown(reference)}, which is not there`
          : `it refers to another document (${shown(reference)}); include what it refers to`;
        return true;
      }
      const key = definitionName(name);
      if (!definitions.has(key)) {
        definitions.set(key, true); // while it is being made, it refers to itself
        definitions.set(key, rewritten(components[name] as Json, depth + 1));
      }
      return { $ref: `#/$defs/${key}` };
    }
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, rewritten(part, depth + 1)]));
  };
  const whole = rewritten(schema, 0) as JsonObject;
  if (problem !== null) return problem;
  return definitions.size > 0 ? { ...whole, $defs: Object.fromEntries(definitions) } : whole;
}

/** A definition's name has no `/`, `~` or `%`, so that a reference to it is plain. */
function definitionName(name: string): string {
  return name.replaceAll(/[/~%]/g, "_");
}

/**
 * A component that stands for another (parameter, body, path item, schema), with its references followed.
 * @returns a text that says what is wrong when one leads outside, nowhere, or in a circle
 */
function followed(value: Json, document: JsonObject): Json {
  let held = value;
  const seen = new Set<string>();
  while (isObject(held) && typeof held.$ref === "string") {
    const reference = held.$ref;
    if (seen.has(reference)) return `${shown(reference)} refers to itself without end`;
    seen.add(reference);
    if (!reference.startsWith("#/"))
      return `it refers to another document (${shown(reference)}); include what it refers to`;
    let target: Json | undefined = document;
    for (const part of reference.slice(2).split("/")) {
      const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
      target = isObject(target) && Object.hasOwn(target, name) ? target[name] : undefined;
    }
    if (target === undefined) return `it refers to ${shown(reference)}, which is not there`;
    held = target;
  }
  return typeof held === "string" ? null : held;
}
