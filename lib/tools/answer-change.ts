import "server-only";

import { type Actor, requirePermission } from "@/lib/auth/actor";
import { db } from "@/lib/db";
import { AppError, notFound } from "@/lib/errors";
import type { Json } from "@/lib/json";
import { differencesOf, toolDefinition } from "./definition";
import { pinned } from "./import-document";
import type { ChangeAnswer, ToolChange } from "./import-schema";
import { changeCatalogue } from "./put-tool";
import { toolOf } from "./queries";
import { reduceSchema } from "./reduce-schema";

/**
 * Answers a changed definition: accept it, or keep the one that was sanctioned. Either ends the hold; after `keep` a runtime that reports the other definition
 * is still asked about.
 * @throws AppError `forbidden` · `not_found` · `state_changed` when there is no change, or it changed again since it was looked at
 */
export async function answerChange(
  actor: Actor,
  { name, fingerprint, answer }: ChangeAnswer,
): Promise<{ name: string }> {
  requirePermission(actor, "tools:write");
  const row = await db.tool.findUnique({ where: { name } });
  if (!row) throw notFound();
  const waiting = toolDefinition.safeParse(row.changedDefinition);
  if (row.status !== "changed" || !waiting.success)
    throw new AppError("state_changed", "no changed definition of this tool waits for an answer");
  if (waiting.data.fingerprint !== fingerprint)
    throw new AppError("state_changed", "the definition changed again; look at it once more");
  const { description, effect, reversible, argumentSchema, argumentRoles, currency, source } = toolOf(row);
  const stored = {
    name,
    description,
    effect,
    reversible,
    argumentSchema: argumentSchema ?? undefined,
    argumentRoles,
    currency: currency ?? undefined,
    source,
    status: "sanctioned" as const,
    answered: true,
  };
  if (answer === "keep") {
    await changeCatalogue({ personId: actor.personId }, `Keep the definition of ${name} that was sanctioned`, [stored]);
    return { name };
  }
  const reduction = reduceSchema(waiting.data.argumentSchema as Json);
  if (!reduction.ok) throw new AppError("invalid_request", reduction.message);
  await changeCatalogue({ personId: actor.personId }, `Accept the changed definition of ${name}`, [
    {
      ...stored,
      description: waiting.data.description.trim().slice(0, 4000),
      argumentSchema: reduction.schema,
      definition: waiting.data,
    },
  ]);
  return { name };
}

/** The definition that waits for an answer, beside the one that was sanctioned; `null` when none does. */
export async function getToolChange(name: string): Promise<ToolChange | null> {
  const row = await db.tool.findUnique({ where: { name } });
  const waiting = toolDefinition.safeParse(row?.changedDefinition);
  if (row?.status !== "changed" || !waiting.success) return null;
  const { description, argumentSchema, fingerprint } = waiting.data;
  return {
    fingerprint,
    differences: differencesOf(pinned(row), { description, argumentSchema: argumentSchema as Json }),
  };
}
