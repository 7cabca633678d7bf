import { hash } from "node:crypto";
import { canonicalize } from "@/lib/json";

/** Names a stored mandate, as `sha256:` and 64 hex digits of its canonical JSON. Compared, never kept. */
export function mandateHash(mandate: unknown): string {
  return `sha256:${hash("sha256", canonicalize(mandate))}`;
}
