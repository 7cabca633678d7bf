// The opaque cursor of a keyset page: the sort keys of the last row shown, as base64url of a JSON list.
import { z } from "zod";
import { invariant } from "./invariant";

export function encodeCursor(keys: readonly string[]): string {
  const bytes = new TextEncoder().encode(JSON.stringify(keys));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** A cursor of a list whose order has `count` keys. */
export function cursorOf(count: number) {
  return z
    .string()
    .max(1000)
    .refine((cursor) => read(cursor, count) !== null, "take it from `nextCursor` of the page before");
}

/** The keys inside a cursor that `cursorOf` accepted. */
export function decodeCursor(cursor: string, count: number): string[] {
  const keys = read(cursor, count);
  invariant(keys, "a cursor is parsed by its schema first");
  return keys;
}

function read(cursor: string, count: number): string[] | null {
  try {
    const bytes = Uint8Array.from(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")), (character) =>
      character.charCodeAt(0),
    );
    const keys: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    // The database has no text with U+0000.
    const fits = Array.isArray(keys) && keys.length === count;
    return fits && keys.every((key) => typeof key === "string" && !key.includes("\0")) ? keys : null;
  } catch {
    return null;
  }
}
