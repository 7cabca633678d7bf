import type { Json } from "@/lib/json";

/** Reads a JSON value by RFC 6901 pointer. Own properties only, so a name such as `constructor` is never found by accident. */
export type PointerReader = (document: Json) => Json | undefined;

/** @param pointer a JSON Pointer of at least one token, as the schema allows */
export function compilePointer(pointer: string): PointerReader {
  const tokens = pointer
    .split("/")
    .slice(1)
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
  const [only] = tokens;
  if (tokens.length === 1 && only !== undefined) return (document) => step(document, only);
  return (document) => {
    let value: Json | undefined = document;
    for (const token of tokens) {
      value = step(value, token);
      if (value === undefined) return undefined;
    }
    return value;
  };
}

function step(value: Json | undefined, token: string): Json | undefined {
  if (value === null || typeof value !== "object") return undefined;
  if (Array.isArray(value)) return /^(?:0|[1-9][0-9]{0,8})$/.test(token) ? value[Number(token)] : undefined;
  return Object.hasOwn(value, token) ? value[token] : undefined;
}
