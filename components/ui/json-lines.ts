/**
 * Lays out JSON text for reading, without parsing it into values: every number and string keeps the bytes it was stored
 * with, so that what is shown is what was signed (RFC 8785 text in, the same tokens out).
 */

export type JsonToken = { kind: "key" | "string" | "number" | "word" | "mark" | "space"; text: string };

const tokenPattern = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]|\s+|[\s\S]/gu;

/**
 * One list of tokens per line, indented by two spaces. A key is shown with its quotes, like a string.
 * Text that is not JSON comes back with its own tokens in order; nothing is dropped but white space between tokens.
 */
export function jsonLines(json: string): JsonToken[][] {
  const tokens = (json.match(tokenPattern) ?? []).filter((token) => token.trim() !== "" || token.includes("\u0000"));
  const lines: JsonToken[][] = [[]];
  let depth = 0;
  const put = (kind: JsonToken["kind"], text: string) => (lines.at(-1) as JsonToken[]).push({ kind, text });
  const breakLine = () => lines.push(depth > 0 ? [{ kind: "space", text: "  ".repeat(depth) }] : []);

  tokens.forEach((token, index) => {
    const next = tokens[index + 1];
    if (token === "{" || token === "[") {
      put("mark", token);
      depth++;
      if (next !== "}" && next !== "]") breakLine();
    } else if (token === "}" || token === "]") {
      depth = Math.max(0, depth - 1);
      const previous = tokens[index - 1];
      if (previous !== "{" && previous !== "[") breakLine();
      put("mark", token);
    } else if (token === ",") {
      put("mark", token);
      breakLine();
    } else if (token === ":") {
      put("mark", ": ");
    } else {
      put(kindOf(token, next), token);
    }
  });
  return lines;
}

function kindOf(token: string, next: string | undefined): JsonToken["kind"] {
  if (token.startsWith('"')) return next === ":" ? "key" : "string";
  return /^[-\d]/.test(token) ? "number" : "word";
}
