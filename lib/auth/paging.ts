// Keyset cursors: where the last page ended, as opaque text.
import { AppError } from "@/lib/errors";

/** Opaque text for the sort key of the last row shown. */
export function toCursor(key: readonly [string, string]): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/** @throws AppError `invalid_request` when the text is not a cursor of ours */
export function fromCursor(cursor: string): [string, string] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (Array.isArray(key) && key.length === 2 && key.every((part) => typeof part === "string")) return key as [string, string];
  } catch {
    // not JSON
  }
  throw new AppError("invalid_request", "`/cursor` is not valid: take it from the `nextCursor` of a page", { fields: [{ path: "/cursor", message: "is not a cursor" }] });
}
