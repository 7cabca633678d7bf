import "server-only";

import { type Actor, requirePermission } from "@/lib/auth/actor";
import { db } from "@/lib/db";
import { notFound } from "@/lib/errors";
import { putTool } from "./put-tool";
import { toolOf } from "./queries";
import type { ToolInput } from "./schema";

/**
 * Refuses a tool by name, known or not. An unknown one is entered as the worst it could be, for whoever sanctions it later.
 * @throws AppError `forbidden`
 */
export async function blockTool(actor: Actor, name: string): Promise<{ name: string }> {
  requirePermission(actor, "tools:write");
  const stored = await db.tool.findUnique({ where: { name } });
  await putTool(actor, name, { ...(stored ? inputOf(toolOf(stored)) : unknown), status: "blocked" });
  return { name };
}

/** @throws AppError `forbidden`, `not_found` */
export async function unblockTool(actor: Actor, name: string): Promise<{ name: string }> {
  requirePermission(actor, "tools:write");
  const stored = await db.tool.findUnique({ where: { name } });
  if (!stored) throw notFound();
  await putTool(actor, name, { ...inputOf(toolOf(stored)), status: "sanctioned" });
  return { name };
}

const unknown: ToolInput = { description: "", effect: "admin", reversible: false, status: "blocked" };

function inputOf(tool: ReturnType<typeof toolOf>): Omit<ToolInput, "status"> {
  return {
    description: tool.description,
    effect: tool.effect,
    reversible: tool.reversible,
    argumentSchema: tool.argumentSchema ?? undefined,
    argumentRoles: tool.argumentRoles,
    currency: tool.currency ?? undefined,
    source: tool.source,
  };
}
