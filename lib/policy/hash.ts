import { hash } from "node:crypto";
import { canonicalize } from "@/lib/json";
import type { PolicySet } from "./schema";

/** The name of a policy set in decisions and entries: `sha256:` + hex of SHA-256("countersign/policy/v1\n" ‖ JCS(set)). audit-log design §4.2. */
export function policyHash(set: PolicySet): string {
  return `sha256:${hash("sha256", `countersign/policy/v1\n${canonicalize(set)}`)}`;
}
