import type { Json } from "@/lib/json";

/**
 * The part of JSON Schema (2020-12) that Countersign enforces on a tool's arguments, compiled to closures.
 * A keyword that would restrict and is not enforced here is refused when the tool is saved, never passed over:
 * `pattern` among them, because no user regex runs in a decision. Annotations are accepted and ignored.
 */

/** Where arguments break the schema: a JSON Pointer (empty for the whole) and the rule in words. */
export type ArgumentProblem = { pointer: string; rule: string };
export type ArgumentCheck = (value: Json) => ArgumentProblem | null;

const annotations = new Set(
  (
    "title description default example examples deprecated readOnly writeOnly format contentEncoding contentMediaType $schema $id $comment $defs definitions " +
    "discriminator externalDocs xml"
  ).split(" "),
);
const typeNames = ["null", "boolean", "object", "array", "number", "integer", "string"] as const;
const mostNodes = 5000;
const mostDepth = 32;

type Schema = Record<string, Json>;
type Builder = { root: Schema; nodes: number; references: Map<string, { check: ArgumentCheck | null }> };
/** `path` is where the value is; it is only put into words when something is wrong. */
type Check = (value: Json, path: Path | null) => ArgumentProblem | null;
type Path = { parent: Path | null; token: string | number };

/**
 * @param schema a JSON Schema object; `$ref` only within it (`#/$defs/…`, `#/definitions/…`)
 * @throws RangeError with a sentence naming the keyword and where it is
 */
export function compileArgumentSchema(schema: Schema): ArgumentCheck {
  const builder: Builder = { root: schema, nodes: 0, references: new Map() };
  const check = compile(schema, "", builder, 0);
  return (value) => check(value, null);
}

function compile(schema: Json, at: string, builder: Builder, depth: number): Check {
  if (++builder.nodes > mostNodes) throw new RangeError(`a schema may have ${mostNodes} parts`);
  if (depth > mostDepth) throw new RangeError(`a schema may be nested ${mostDepth} levels deep`);
  if (schema === true) return () => null;
  if (schema === false) return (_value, path) => problem(path, "is not expected");
  if (!isObject(schema)) throw refused(at, "is neither an object nor `true` or `false`");
  const checks: Check[] = [];
  const nullable = schema.nullable === true;
  for (const [keyword, value] of Object.entries(schema)) {
    if (annotations.has(keyword) || keyword.startsWith("x-")) continue;
    const check = compileKeyword(keyword, value, schema, at, builder, depth);
    if (check) checks.push(check);
  }
  const [only] = checks;
  const all: Check = checks.length === 1 && only ? only : (value, path) => firstProblem(checks, value, path);
  return nullable ? (value, path) => (value === null ? null : all(value, path)) : all;
}

function firstProblem(checks: readonly Check[], value: Json, path: Path | null): ArgumentProblem | null {
  for (const check of checks) {
    const found = check(value, path);
    if (found !== null) return found;
  }
  return null;
}

function compileKeyword(
  keyword: string,
  value: Json | undefined,
  schema: Schema,
  at: string,
  builder: Builder,
  depth: number,
): Check | null {
  const here = `${at}/${keyword}`;
  const inner = (part: Json, token: string) => compile(part, `${here}${token}`, builder, depth + 1);
  switch (keyword) {
    case "type":
      return typeCheck(value, here);
    case "enum": {
      if (!Array.isArray(value)) throw refused(here, "is not a list");
      const members = new Set(value.map(canonical));
      return (held, path) => (members.has(canonical(held)) ? null : problem(path, "is not one of the values allowed"));
    }
    case "const": {
      const wanted = canonical(value as Json);
      return (held, path) => (canonical(held) === wanted ? null : problem(path, "is not the one value allowed"));
    }
    case "properties":
    case "required":
    case "additionalProperties":
      // The three are one check, made when the first of them is met.
      return keyword === ["properties", "required", "additionalProperties"].find((name) => name in schema)
        ? objectCheck(schema, at, builder, depth)
        : null;
    case "minProperties":
    case "maxProperties":
      return countCheck(keyword, value, here, "members", (held) => (isObject(held) ? Object.keys(held).length : null));
    case "items": {
      const check = inner(value as Json, "");
      return (held, path) => {
        if (!Array.isArray(held)) return null;
        for (let index = 0; index < held.length; index++) {
          const found = check(held[index] as Json, { parent: path, token: index });
          if (found !== null) return found;
        }
        return null;
      };
    }
    case "minItems":
    case "maxItems":
      return countCheck(keyword, value, here, "items", (held) => (Array.isArray(held) ? held.length : null));
    case "uniqueItems":
      if (value === false) return null;
      return (held, path) =>
        !Array.isArray(held) || new Set(held.map(canonical)).size === held.length
          ? null
          : problem(path, "has an item twice");
    case "minLength":
    case "maxLength":
      return countCheck(keyword, value, here, "characters", (held) =>
        typeof held === "string" ? [...held].length : null,
      );
    case "minimum":
    case "maximum":
    case "exclusiveMinimum":
    case "exclusiveMaximum":
      return rangeCheck(keyword, value, here);
    case "multipleOf":
      if (!Number.isSafeInteger(value) || (value as number) <= 0)
        throw refused(here, "is enforced for whole numbers only");
      return (held, path) =>
        typeof held !== "number" || held % (value as number) === 0
          ? null
          : problem(path, `must be a multiple of ${value}`);
    case "allOf": {
      const parts = schemas(value, here).map((part, index) => inner(part, `/${index}`));
      return (held, path) => firstProblem(parts, held, path);
    }
    case "anyOf": {
      const parts = schemas(value, here).map((part, index) => inner(part, `/${index}`));
      return (held, path) =>
        parts.some((part) => part(held, path) === null) ? null : problem(path, "has none of the forms allowed");
    }
    case "oneOf": {
      const parts = schemas(value, here).map((part, index) => inner(part, `/${index}`));
      return (held, path) =>
        parts.filter((part) => part(held, path) === null).length === 1
          ? null
          : problem(path, "has not exactly one of the forms allowed");
    }
    case "not": {
      const part = inner(value as Json, "");
      return (held, path) => (part(held, path) === null ? problem(path, "has a form that is not allowed") : null);
    }
    case "nullable":
      if (typeof value !== "boolean") throw refused(here, "is neither `true` nor `false`");
      return null;
    case "$ref":
      return reference(value, here, builder, depth);
    default:
      throw new RangeError(
        `the schema keyword \`${keyword}\` at \`${at === "" ? "/" : at}\` would restrict the arguments and is not enforced; remove it or say it another way`,
      );
  }
}

function typeCheck(value: Json | undefined, at: string): Check {
  const types = Array.isArray(value) ? value : [value];
  for (const type of types)
    if (!typeNames.includes(type as (typeof typeNames)[number])) throw refused(at, "names no JSON type");
  const wanted = new Set(types as string[]);
  const sentence = `must be ${[...wanted].map((type) => (/^[aio]/.test(type) ? `an ${type}` : type === "null" ? "null" : `a ${type}`)).join(" or ")}`;
  const fits = (held: Json): boolean => {
    if (held === null) return wanted.has("null");
    if (Array.isArray(held)) return wanted.has("array");
    const type = typeof held;
    if (type !== "number") return wanted.has(type);
    return wanted.has("number") || (wanted.has("integer") && Number.isInteger(held));
  };
  return (held, path) => (fits(held) ? null : problem(path, sentence));
}

function objectCheck(schema: Schema, at: string, builder: Builder, depth: number): Check {
  const properties = new Map<string, Check>();
  if (schema.properties !== undefined) {
    if (!isObject(schema.properties)) throw refused(`${at}/properties`, "is not an object");
    for (const [name, part] of Object.entries(schema.properties)) {
      properties.set(name, compile(part, `${at}/properties/${name}`, builder, depth + 1));
    }
  }
  const required = schema.required ?? [];
  if (!Array.isArray(required) || !required.every((name) => typeof name === "string"))
    throw refused(`${at}/required`, "is not a list of names");
  const others =
    schema.additionalProperties === undefined || schema.additionalProperties === true
      ? null
      : compile(schema.additionalProperties, `${at}/additionalProperties`, builder, depth + 1);
  return (held, path) => {
    if (!isObject(held)) return null;
    for (const name of required as string[]) {
      if (!Object.hasOwn(held, name)) return problem({ parent: path, token: name }, "is required");
    }
    for (const name of Object.keys(held)) {
      const check = properties.get(name) ?? others;
      const found = check ? check(held[name] as Json, { parent: path, token: name }) : null;
      if (found !== null) return found;
    }
    return null;
  };
}

function countCheck(
  keyword: string,
  value: Json | undefined,
  at: string,
  of: string,
  count: (held: Json) => number | null,
): Check {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw refused(at, "is not a whole number");
  const bound = value as number;
  const least = keyword.startsWith("min");
  return (held, path) => {
    const counted = count(held);
    if (counted === null || (least ? counted >= bound : counted <= bound)) return null;
    return problem(path, `must have ${least ? "at least" : "at most"} ${bound} ${of}`);
  };
}

function rangeCheck(keyword: string, value: Json | undefined, at: string): Check {
  if (typeof value !== "number") throw refused(at, "is not a number");
  const [fits, words] = {
    minimum: [(held: number) => held >= value, "at least"],
    maximum: [(held: number) => held <= value, "at most"],
    exclusiveMinimum: [(held: number) => held > value, "above"],
    exclusiveMaximum: [(held: number) => held < value, "below"],
  }[keyword as "minimum"] as [(held: number) => boolean, string];
  return (held, path) => (typeof held !== "number" || fits(held) ? null : problem(path, `must be ${words} ${value}`));
}

/** Compiled once per target; a schema may refer to itself, since the arguments end somewhere. */
function reference(value: Json | undefined, at: string, builder: Builder, depth: number): Check {
  const match = typeof value === "string" ? /^#\/(\$defs|definitions)\/([^/~%]+)$/.exec(value) : null;
  if (match === null) throw refused(at, "must point to `#/$defs/…` or `#/definitions/…` of the same schema");
  const [, section = "", name = ""] = match;
  const definitions = builder.root[section];
  if (!isObject(definitions) || !Object.hasOwn(definitions, name))
    throw refused(at, `points to \`${value}\`, which is not there`);
  const key = `${section}/${name}`;
  let held = builder.references.get(key);
  if (held === undefined) {
    held = { check: null };
    builder.references.set(key, held);
    const check = compile(definitions[name] as Json, `/${key}`, builder, depth + 1);
    held.check = (inner) => check(inner, null);
  }
  const target = held;
  const active: Json[] = [];
  return (inner, path) => {
    // The same value again under the same reference: it would go round without ever ending.
    if (active.includes(inner)) throw new RangeError(`\`${value}\` refers to itself without end`);
    active.push(inner);
    try {
      const found = target.check?.(inner) ?? null;
      return found === null ? null : { pointer: pointerOf(path) + found.pointer, rule: found.rule };
    } finally {
      active.pop();
    }
  };
}

function schemas(value: Json | undefined, at: string): Json[] {
  if (!Array.isArray(value) || value.length === 0) throw refused(at, "is not a list of schemas");
  return value;
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Equal for equal JSON values, whatever the order of members. */
function canonical(value: Json): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  return `{${Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key] as Json)}`)
    .join()}}`;
}

function problem(path: Path | null, rule: string): ArgumentProblem {
  return { pointer: pointerOf(path), rule };
}

function pointerOf(path: Path | null): string {
  let pointer = "";
  for (let at = path; at !== null; at = at.parent) {
    pointer = `/${String(at.token).replaceAll("~", "~0").replaceAll("/", "~1")}${pointer}`;
  }
  return pointer;
}

function refused(at: string, what: string): RangeError {
  return new RangeError(`in the argument schema, \`${at}\` ${what}`);
}
