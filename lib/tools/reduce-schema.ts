import type { Json } from "@/lib/json";
import { compileArgumentSchema } from "@/lib/policy/argument-schema";
import type { ArgumentSchema } from "@/lib/policy/schema";
import { type DroppedKeyword, isObject, type JsonObject } from "./import-reading";

/**
 * A JSON Schema of another system, cut down to the keywords that `compileArgumentSchema` enforces. What is left out is listed, and leaving it out
 * never refuses arguments that the whole schema accepts.
 * JSON Schema 2020-12 and draft-07; OpenAPI 3.0 §4.7.24 (`nullable`, boolean `exclusiveMinimum`).
 */
export type Reduction =
  | { ok: true; schema: ArgumentSchema | undefined; dropped: DroppedKeyword[] }
  | { ok: false; message: string };

const annotations = new Set(
  "title description default example examples deprecated readOnly writeOnly format contentEncoding contentMediaType $comment".split(
    " ",
  ),
);
/** Known to mean nothing for arguments, so not worth a line. */
const silent = new Set(["$schema", "$id", "id", "$anchor", "$vocabulary", "discriminator", "externalDocs", "xml"]);
const counts = new Set("minProperties maxProperties minItems maxItems minLength maxLength".split(" "));
const ranges = new Set("minimum maximum exclusiveMinimum exclusiveMaximum".split(" "));
const typeNames = new Set(["null", "boolean", "object", "array", "number", "integer", "string"]);
const mostDropped = 500;
const mostDepth = 30;

/** @param schema any JSON value; one that is no object is no schema */
export function reduceSchema(schema: Json | undefined): Reduction {
  if (schema === undefined || schema === true) return { ok: true, schema: undefined, dropped: [] };
  if (!isObject(schema)) return { ok: false, message: "its argument schema is not an object" };
  const work: Work = { dropped: [], root: schema, external: null, looseDefinitions: false };
  // Definitions first: whether they were loosened decides what a `oneOf` over them can still say.
  const definitions: JsonObject = {};
  for (const section of ["$defs", "definitions"]) {
    const held = schema[section];
    if (isObject(held))
      definitions[section] = Object.fromEntries(
        Object.entries(held)
          .filter(([name]) => !/[/~%]/.test(name))
          .map(([name, part]) => [name, reduced(part, `/${section}/${name}`, work, 1)]),
      );
  }
  work.looseDefinitions = work.dropped.length > 0;
  const { $defs: _defs, definitions: _definitions, ...own } = schema;
  const body = reduced(own, "", work, 0);
  if (work.external !== null)
    return {
      ok: false,
      message: `its schema refers to another document (\`${work.external}\`); include what it refers to`,
    };
  const circle = endless(definitions);
  if (circle !== null) return { ok: false, message: `its schema refers to itself without end at \`${circle}\`` };
  const whole = isObject(body) ? { ...body, ...definitions } : definitions;
  if (Object.keys(whole).length === 0) return { ok: true, schema: undefined, dropped: work.dropped };
  try {
    compileArgumentSchema(whole);
  } catch (error) {
    const why = error instanceof Error ? error.message : "it cannot be compiled";
    return { ok: true, schema: undefined, dropped: [{ at: "", keyword: "the whole schema", why }] };
  }
  return { ok: true, schema: whole, dropped: work.dropped };
}

type Work = { dropped: DroppedKeyword[]; root: JsonObject; external: string | null; looseDefinitions: boolean };

function reduced(schema: Json, at: string, work: Work, depth: number): Json {
  const drop = (keyword: string, why: string) => {
    if (work.dropped.length < mostDropped) work.dropped.push({ at: at === "" ? "/" : at, keyword, why });
  };
  if (schema === true || schema === false) return schema;
  if (!isObject(schema)) {
    drop("schema", "is not a schema");
    return true;
  }
  if (depth > mostDepth) {
    drop("schema", "is nested too deep");
    return true;
  }
  const kept: [string, Json][] = [];
  const inner = (part: Json, below: string) => reduced(part, `${at}/${below}`, work, depth + 1);
  for (const [keyword, value] of Object.entries(schema)) {
    if (silent.has(keyword) || keyword.startsWith("x-") || keyword === "$defs" || keyword === "definitions") continue;
    if (annotations.has(keyword)) {
      kept.push([keyword, value]);
      continue;
    }
    const before = work.dropped.length;
    switch (keyword) {
      case "type": {
        const types = Array.isArray(value) ? value : [value];
        if (types.length > 0 && types.every((type) => typeof type === "string" && typeNames.has(type)))
          kept.push([keyword, value]);
        else drop(keyword, "names no JSON type");
        break;
      }
      case "enum":
        if (Array.isArray(value)) kept.push([keyword, value]);
        else drop(keyword, "is not a list");
        break;
      case "const":
        kept.push([keyword, value]);
        break;
      case "properties":
        if (isObject(value))
          kept.push([
            keyword,
            Object.fromEntries(
              Object.entries(value).map(([name, part]) => [name, inner(part, `properties/${escaped(name)}`)]),
            ),
          ]);
        else drop(keyword, "is not an object");
        break;
      case "required":
        if (Array.isArray(value) && value.every((name) => typeof name === "string"))
          kept.push([keyword, value.filter((name) => !isReadOnly(schema, name as string))]);
        else drop(keyword, "is not a list of names");
        break;
      case "additionalProperties":
        // What a dropped pattern would have taken must not be refused as unexpected.
        if (isObject(schema.patternProperties)) drop(keyword, "depends on `patternProperties`, which is not enforced");
        else kept.push([keyword, inner(value, keyword)]);
        break;
      case "items":
        if (Array.isArray(value) || schema.prefixItems !== undefined)
          drop(keyword, "says something else of each place of the list, which is not enforced");
        else kept.push([keyword, inner(value, keyword)]);
        break;
      case "uniqueItems":
      case "nullable":
        if (typeof value === "boolean") kept.push([keyword, value]);
        else drop(keyword, "is neither `true` nor `false`");
        break;
      case "multipleOf":
        if (Number.isSafeInteger(value) && (value as number) > 0) kept.push([keyword, value]);
        else drop(keyword, "is enforced for whole numbers only");
        break;
      case "allOf":
      case "anyOf":
      case "oneOf": {
        if (!Array.isArray(value) || value.length === 0) {
          drop(keyword, "is not a list of schemas");
          break;
        }
        const parts = value.map((part, index) => inner(part, `${keyword}/${index}`));
        const loose = work.dropped.length > before || (work.looseDefinitions && hasReference(value));
        if (keyword === "oneOf" && loose) {
          drop(keyword, "is enforced as `anyOf`, because parts of it are not enforced");
          // An `anyOf` of its own would be lost: both have to hold.
          kept.push("anyOf" in schema ? ["allOf", [{ anyOf: parts }]] : ["anyOf", parts]);
        } else kept.push([keyword, parts]);
        break;
      }
      case "not": {
        const part = inner(value, keyword);
        if (work.dropped.length > before || (work.looseDefinitions && hasReference(value)))
          drop(keyword, "parts of it are not enforced, and without them it would refuse too much");
        else kept.push([keyword, part]);
        break;
      }
      case "$ref":
        if (typeof value !== "string") drop(keyword, "is not a text");
        else if (!value.startsWith("#")) work.external ??= value.slice(0, 120);
        else if (pointsToDefinition(value, work.root)) kept.push([keyword, value]);
        else drop(keyword, "points outside `$defs` and `definitions`");
        break;
      default:
        if (counts.has(keyword)) {
          if (Number.isSafeInteger(value) && (value as number) >= 0) kept.push([keyword, value]);
          else drop(keyword, "is not a whole number");
        } else if (ranges.has(keyword)) {
          const bound = rangeOf(keyword, schema);
          if (bound !== null) kept.push(bound);
          else if (typeof value !== "boolean") drop(keyword, "is not a number");
        } else drop(keyword, "is not enforced");
    }
  }
  return merged(kept, drop);
}

/** OpenAPI 3.0 says `exclusiveMinimum: true` beside `minimum`; here the bound itself is exclusive. */
function rangeOf(keyword: string, schema: JsonObject): [string, Json] | null {
  const value = schema[keyword];
  if (typeof value !== "number") return null;
  const exclusive = keyword === "minimum" ? "exclusiveMinimum" : keyword === "maximum" ? "exclusiveMaximum" : null;
  return exclusive && schema[exclusive] === true ? [exclusive, value] : [keyword, value];
}

/** A keyword that two others came to is kept once; what the second says is said in `allOf`. */
function merged(kept: [string, Json][], drop: (keyword: string, why: string) => void): JsonObject {
  const result = new Map<string, Json>();
  for (const [keyword, value] of kept) {
    const before = result.get(keyword);
    if (before === undefined) result.set(keyword, value);
    else if (keyword === "allOf" && Array.isArray(before) && Array.isArray(value))
      result.set(keyword, [...before, ...value]);
    else drop(keyword, "is said twice");
  }
  return Object.fromEntries(result);
}

/** A member that only answers have is not required in a request. */
function isReadOnly(schema: JsonObject, name: string): boolean {
  const property =
    isObject(schema.properties) && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
  return isObject(property) && property.readOnly === true;
}

function pointsToDefinition(reference: string, root: JsonObject): boolean {
  const [, section = "", name = ""] = /^#\/(\$defs|definitions)\/([^/~%]+)$/.exec(reference) ?? [];
  const held = root[section];
  return isObject(held) && Object.hasOwn(held, name);
}

/** A definition that leads back to itself without going down into a value: no value could ever be judged by it. */
function endless(sections: JsonObject): string | null {
  const done = new Set<string>();
  const visit = (key: string, trail: readonly string[]): string | null => {
    if (trail.includes(key)) return key;
    if (done.has(key)) return null;
    const [section = "", name = ""] = key.split("/");
    const held = sections[section];
    const found = isObject(held) ? within(held[name] ?? true, [...trail, key]) : null;
    done.add(key);
    return found;
  };
  const within = (schema: Json, trail: readonly string[]): string | null => {
    if (!isObject(schema)) return null;
    const parts = ["allOf", "anyOf", "oneOf"].flatMap((keyword) => schema[keyword] ?? []);
    const target = typeof schema.$ref === "string" ? visit(schema.$ref.slice(2), trail) : null;
    return (
      target ??
      [...parts, schema.not ?? true].reduce<string | null>((found, part) => found ?? within(part, trail), null)
    );
  };
  for (const [section, held] of Object.entries(sections))
    for (const name of Object.keys(isObject(held) ? held : {})) {
      const found = visit(`${section}/${name}`, []);
      if (found !== null) return `#/${found}`;
    }
  return null;
}

function hasReference(value: Json): boolean {
  return JSON.stringify(value).includes('"$ref"');
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
