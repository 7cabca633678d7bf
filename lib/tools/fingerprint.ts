// What a runtime sees of a tool, as one hash: when it changes, the tool is no longer the one that was sanctioned.
// Stored. Changing this needs a version bump.
import { hash } from "node:crypto";
import { canonicalize } from "@/lib/json";

/**
 * `sha256:` + hex over the canonical JSON (RFC 8785) of name, description and argument schema.
 * @param tool `argumentSchema` left out and `null` are the same: none
 */
export function toolFingerprint(tool: { name: string; description: string; argumentSchema?: unknown }): string {
  const { name, description, argumentSchema } = tool;
  return `sha256:${hash("sha256", canonicalize({ name, description, argumentSchema: argumentSchema ?? undefined }))}`;
}
