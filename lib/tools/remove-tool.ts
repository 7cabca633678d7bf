import "server-only";

import { changeControl } from "@/lib/audit/append";
import { type Actor, requirePermission } from "@/lib/auth/actor";
import { notFound } from "@/lib/errors";
import { publishWithin } from "@/lib/policy/publish";

/**
 * Takes a tool out of the catalogue. From then on it is unknown, which is refused; to refuse it by name, block it instead.
 * @throws AppError `forbidden`, `not_found`
 */
export async function removeTool(actor: Actor, name: string): Promise<{ name: string }> {
  requirePermission(actor, "tools:write");
  const author = { personId: actor.personId };
  return changeControl(author, async (tx) => {
    const publication = await publishWithin(tx, author, `Remove the tool ${name}`, async (set) => {
      const { count } = await tx.tool.deleteMany({ where: { name } });
      if (count === 0 && !set.tools.some((tool) => tool.name === name)) throw notFound();
      return { ...set, tools: set.tools.filter((tool) => tool.name !== name) };
    });
    return {
      result: { name },
      changes: publication.changes.length > 0 ? publication.changes : [{ kind: "policy", ref: publication.version.id }],
      events: [{ kind: "tool_removed", tool: name, policyHash: publication.version.hash }, ...publication.events],
    };
  });
}
