// The one parser at the edge, and the one canonical form. I-JSON (RFC 7493) in, JCS (RFC 8785) out.
// Refuses what two readers could read differently: duplicate names, lone surrogates, U+0000, unsafe integers, non-finite numbers, `__proto__`.
// JCS numbers follow ECMAScript, so `JSON.stringify` of a finite number is canonical; names sort by UTF-16 code units, which is what `sort()` does.
import { AppError } from "./errors";

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

export type ParseLimits = { maxDepth: number; maxMembers: number };
const defaults: ParseLimits = { maxDepth: 32, maxMembers: 1000 };

/**
 * Parses JSON text strictly.
 * @param text   at most what the caller's body limit allows
 * @param limits depth of nesting (default 32) and number of object members in all (default 1,000)
 * @throws AppError `invalid_request` naming the rule that was broken and where (RFC 6901 pointer)
 * @see RFC 7493 §2 (I-JSON)
 */
export function parseJson(text: string, limits: ParseLimits = defaults): Json {
  const { colons, depth, exponents } = scan(text);
  if (depth > limits.maxDepth) throw refuse("", `is nested deeper than ${limits.maxDepth} levels`);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    throw refuse("", "is not valid JSON");
  }
  if (exponents) refuseExponents(text);
  // Native parse keeps the last duplicate; then the text has more colons than the value has members.
  const members = walk(value, []);
  if (members !== colons) throw refuse("", "has an object with two members of the same name");
  if (members > limits.maxMembers) throw refuse("", `has more than ${limits.maxMembers} members`);
  return value;
}

/** Counts colons outside strings and the deepest nesting, and sees whether a number is written with an exponent, without building anything. */
function scan(text: string): { colons: number; depth: number; exponents: boolean } {
  let colons = 0;
  let exponents = false;
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: {
        at++;
        for (;;) {
          const end = text.indexOf('"', at);
          if (end < 0) return { colons, depth: deepest, exponents };
          let backslashes = 0;
          while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
          at = end;
          if (backslashes % 2 === 0) break;
          at++;
        }
        break;
      }
      case 0x3a:
        colons++;
        break;
      case 0x5b:
      case 0x7b:
        if (++depth > deepest) deepest = depth;
        break;
      case 0x5d:
      case 0x7d:
        depth--;
        break;
      case 0x45:
      case 0x65: {
        const before = text.charCodeAt(at - 1);
        if (before >= 0x30 && before <= 0x39) exponents = true;
        break;
      }
    }
  }
  return { colons, depth: deepest, exponents };
}

/**
 * `1e3` and `1000` are one value to a program and two texts to a person. A number of the size of money is refused with an exponent; very small ones, which programs
 * write that way, stay.
 */
function refuseExponents(text: string): void {
  JSON.parse(text, (_name, value: unknown, context?: { source?: string }) => {
    if (typeof value === "number" && Math.abs(value) >= 0.001 && /e/i.test(context?.source ?? "")) {
      throw refuse("", `has the number \`${context?.source?.slice(0, 40)}\`; write it without an exponent`);
    }
    return value;
  });
}

/** Counts members and refuses what I-JSON forbids. */
function walk(value: Json, path: (string | number)[]): number {
  switch (typeof value) {
    case "string":
      checkString(value, path);
      return 0;
    case "number":
      if (!Number.isFinite(value)) throw refuse(pointer(path), "is not a finite number");
      if (Number.isInteger(value) && !Number.isSafeInteger(value))
        throw refuse(pointer(path), "is an integer outside ±(2^53−1); send it as a string");
      return 0;
    case "object": {
      if (value === null) return 0;
      let count = 0;
      if (Array.isArray(value)) {
        for (let at = 0; at < value.length; at++) {
          path.push(at);
          count += walk(value[at] as Json, path);
          path.pop();
        }
        return count;
      }
      for (const name in value) {
        if (name === "__proto__") throw refuse(pointer(path), "has a member named `__proto__`");
        path.push(name);
        checkString(name, path);
        count += 1 + walk(value[name] as Json, path);
        path.pop();
      }
      return count;
    }
    default:
      return 0;
  }
}

function checkString(text: string, path: (string | number)[]): void {
  if (!text.isWellFormed()) throw refuse(pointer(path), "has a lone surrogate");
  if (text.includes("\u0000")) throw refuse(pointer(path), "has the character U+0000");
}

function refuse(path: string, message: string): AppError {
  return new AppError("invalid_request", `the JSON document ${path ? `at \`${path}\` ` : ""}${message}`, {
    fields: [{ path, message }],
  });
}

/** JSON Pointer of a path, RFC 6901 §3. */
export function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The value a JSON Pointer names, or undefined where there is none. RFC 6901 §4; never reads inherited members. */
export function atPointer(value: Json | undefined, path: string): Json | undefined {
  if (path === "") return value;
  let current: Json | undefined = value;
  for (const raw of path.slice(1).split("/")) {
    const part = raw.replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(current)) current = /^(0|[1-9]\d*)$/.test(part) ? current[Number(part)] : undefined;
    else if (typeof current === "object" && current !== null)
      current = Object.hasOwn(current, part) ? current[part] : undefined;
    else return undefined;
  }
  return current;
}

/**
 * Canonical JSON of an I-JSON value; members whose value is `undefined` are left out.
 * @throws Error (a bug) for what I-JSON cannot hold
 * @see RFC 8785 §3.2
 */
export function canonicalize(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      if (!Number.isFinite(value)) throw new Error("canonicalize: not a finite number");
      return JSON.stringify(value);
    case "boolean":
      return value ? "true" : "false";
    case "object": {
      if (value === null) return "null";
      if (Array.isArray(value)) {
        let text = "[";
        for (let at = 0; at < value.length; at++) text += (at ? "," : "") + canonicalize(value[at]);
        return `${text}]`;
      }
      const record = value as Record<string, unknown>;
      let text = "{";
      for (const name of sortedNames(record)) {
        const member = record[name];
        if (member === undefined) continue;
        text += `${text.length > 1 ? "," : ""}${JSON.stringify(name)}:${canonicalize(member)}`;
      }
      return `${text}}`;
    }
    default:
      throw new Error(`canonicalize: ${typeof value} is not JSON`);
  }
}

/** Names in UTF-16 code unit order. Most objects are written in order already, and then nothing is sorted. */
function sortedNames(record: Record<string, unknown>): string[] {
  const names = Object.keys(record);
  for (let at = 1; at < names.length; at++) if ((names[at - 1] as string) > (names[at] as string)) return names.sort();
  return names;
}
