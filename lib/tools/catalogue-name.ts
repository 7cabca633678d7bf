import { toolNamePattern } from "@/lib/policy/tool-name";
import type { ReadTool, RefusedTool } from "./import-reading";
import { shown } from "./import-reading";

/**
 * The name a tool of another system gets in the catalogue: `sendEmail` → `send_email`, `get users` → `get_users`. Lower case; what a name may not
 * have becomes `_`. Letters beyond ASCII are refused, because two that look alike would come out as one.
 * @param prefix put in front as it is, such as `crm.`
 * @returns null when nothing allowed comes out
 */
export function catalogueName(original: string, prefix = ""): string | null {
  if (!/^[\x20-\x7e]+$/.test(original)) return null;
  const plain = original
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replaceAll(/[^a-z0-9._/-]+/g, "_")
    .replaceAll(/^[^a-z0-9]+|_+$/g, "");
  const name = plain === "" ? "" : `${prefix}${plain}`;
  return toolNamePattern.test(name) ? name : null;
}

/** Takes out tools whose names come out alike: which of them a runtime means could not be said. */
export function withoutCollisions(tools: readonly ReadTool[]): { tools: ReadTool[]; refused: RefusedTool[] } {
  const byName = new Map<string, ReadTool[]>();
  for (const tool of tools) byName.set(tool.name, [...(byName.get(tool.name) ?? []), tool]);
  const kept: ReadTool[] = [];
  const refused: RefusedTool[] = [];
  for (const [name, same] of byName) {
    const [only, ...others] = same;
    if (only && others.length === 0) kept.push(only);
    else
      for (const tool of same) {
        const other = same.find((one) => one !== tool)?.originalName ?? "";
        refused.push({
          originalName: tool.originalName,
          message:
            other === tool.originalName
              ? "the document has two tools of this name"
              : `becomes \`${name}\`, and so does ${shown(other)}`,
        });
      }
  }
  return { tools: kept, refused };
}
