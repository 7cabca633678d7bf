// The opaque cursor of a keyset page: the sort keys of the last row shown.
import { AppError } from "./errors";

export function encodeCursor(keys: readonly string[]): string {
  return Buffer.from(JSON.stringify(keys)).toString("base64url");
}

/**
 * The keys inside a cursor.
 * @param count how many keys the list's order has
 * @throws AppError `invalid_request` at `/cursor` when it is not one that `encodeCursor` made
 */
export function decodeCursor(cursor: string, count: number): string[] {
  try {
    const keys: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (Array.isArray(keys) && keys.length === count && keys.every((key) => typeof key === "string")) return keys;
  } catch {
    // Not JSON: refused below.
  }
  throw new AppError("invalid_request", "`/cursor` is not valid: take it from `nextCursor` of the page before", {
    fields: [{ path: "/cursor", message: "take it from `nextCursor` of the page before" }],
  });
}
