import "server-only";

import { type Actor, requirePermission } from "@/lib/auth/actor";
import { db } from "@/lib/db";
import { AppError } from "@/lib/errors";
import type { Tool as ToolRow } from "@/lib/generated/prisma/client";
import type { Json } from "@/lib/json";
import { currentPolicy } from "@/lib/policy/queries";
import { argumentRoles } from "@/lib/policy/schema";
import { differencesOf, type ToolDefinition, toolDefinition } from "./definition";
import { toolFingerprint } from "./fingerprint";
import type { ReadTool } from "./import-reading";
import type { ImportAnswer, ImportInput, ReviewRow } from "./import-schema";
import { type CatalogueEntry, changeCatalogue } from "./put-tool";
import { readImport } from "./read-import";

/**
 * Takes the tools of an MCP server or an API into the catalogue: those a person confirmed, in one policy version. A tool of the same source whose definition
 * is no longer the one that was sanctioned, and that nobody confirmed, is held: every call of it asks.
 * @returns the review; `imported` says what was done, `null` for a dry run
 * @throws AppError `forbidden` · `invalid_request` when the document cannot be read, or a confirmation names no tool of it
 */
export async function importDocument(actor: Actor, input: ImportInput): Promise<ImportAnswer> {
  requirePermission(actor, "tools:write");
  const reading = readImport(input.document, input.prefix ?? "");
  if (!reading.ok)
    throw new AppError("invalid_request", reading.message, {
      fields: [{ path: "/document", message: reading.message }],
    });
  const label = input.source ?? reading.title;
  const source = label ? `${reading.format}:${label}` : reading.format;
  const stored = new Map(
    (await db.tool.findMany({ where: { name: { in: reading.tools.map((tool) => tool.name) } } })).map((row) => [
      row.name,
      row,
    ]),
  );
  const review: ImportAnswer = {
    format: reading.format,
    source,
    notes: reading.notes,
    tools: reading.tools.map((tool) => reviewRow(tool, stored.get(tool.name))),
    refused: reading.refused,
    imported: null,
  };
  const confirmed = confirmedEntries(input, reading.tools, source);
  if (input.dryRun) return review;
  const held = reading.tools
    .filter(
      (tool) =>
        isChangedUnseen(tool, stored.get(tool.name), source) && !confirmed.some((one) => one.name === tool.name),
    )
    .map((tool) => heldEntry(tool, stored.get(tool.name) as ToolRow));
  const done = await changeCatalogue(
    { personId: actor.personId },
    `Import ${confirmed.length} tools from ${source}${held.length > 0 ? ` and hold ${held.length} that changed` : ""}`,
    [...confirmed, ...held],
  );
  const names = (wanted: readonly CatalogueEntry[], created: boolean) =>
    done
      .filter((one) => one.created === created && wanted.some((entry) => entry.name === one.name))
      .map((one) => one.name);
  const { number, hash } = await currentPolicy();
  return {
    ...review,
    imported: {
      created: names(confirmed, true),
      changed: names(confirmed, false),
      held: names(held, false),
      policy: { number, hash },
    },
  };
}

/** What the source says of a tool, as it is kept beside it. */
export function definitionOf(tool: ReadTool): ToolDefinition {
  const { description, argumentSchema } = tool.definition;
  return {
    version: 1,
    description,
    argumentSchema,
    fingerprint: toolFingerprint({ name: tool.name, description, argumentSchema }),
  };
}

function reviewRow(tool: ReadTool, row: ToolRow | undefined): ReviewRow {
  const definition = definitionOf(tool);
  const same = row?.fingerprint === definition.fingerprint;
  const { definition: _, argumentSchema, ...read } = tool;
  return {
    ...read,
    state: !row ? "new" : same ? "same" : "changed",
    fingerprint: definition.fingerprint,
    argumentNames: namesOf(argumentSchema),
    differences:
      row && !same
        ? differencesOf(pinned(row), { description: definition.description, argumentSchema: definition.argumentSchema })
        : [],
    stored: row
      ? {
          effect: row.effect as ReviewRow["effect"],
          reversible: row.reversible,
          argumentRoles: argumentRoles.parse(row.argumentRoles),
          currency: row.currency,
          status: row.status as "sanctioned",
          source: row.source,
        }
      : null,
  };
}

/** The definition that was sanctioned: the source's own words where they are kept, else the catalogue's. */
export function pinned(row: ToolRow): Json {
  const kept = toolDefinition.safeParse(row.definition);
  return kept.success
    ? { description: kept.data.description, argumentSchema: kept.data.argumentSchema as Json }
    : { description: row.description, argumentSchema: (row.argumentSchema ?? null) as Json };
}

function confirmedEntries(input: ImportInput, tools: readonly ReadTool[], source: string): CatalogueEntry[] {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  return input.tools.map((wanted, index) => {
    const tool = byName.get(wanted.name);
    const again = input.tools.findIndex((other) => other.name === wanted.name) !== index;
    if (!tool || again) {
      const message = again ? "is confirmed twice" : "is not among the tools that can be taken over from this document";
      throw new AppError("invalid_request", `\`${wanted.name}\` ${message}`, {
        fields: [{ path: `/tools/${index}/name`, message }],
      });
    }
    return {
      ...wanted,
      description: tool.description,
      argumentSchema: tool.argumentSchema,
      source,
      status: "sanctioned",
      definition: definitionOf(tool),
    };
  });
}

/** Changed at the source it came from, and not yet held for this very change. A blocked tool is refused anyway. */
function isChangedUnseen(tool: ReadTool, row: ToolRow | undefined, source: string): boolean {
  if (!row || row.source !== source || row.status === "blocked") return false;
  const { fingerprint } = definitionOf(tool);
  if (row.fingerprint === fingerprint) return false;
  const waiting = toolDefinition.safeParse(row.changedDefinition);
  return row.status !== "changed" || !waiting.success || waiting.data.fingerprint !== fingerprint;
}

function heldEntry(tool: ReadTool, row: ToolRow): CatalogueEntry {
  return {
    name: row.name,
    description: row.description,
    effect: row.effect as CatalogueEntry["effect"],
    reversible: row.reversible,
    argumentSchema: (row.argumentSchema as CatalogueEntry["argumentSchema"]) ?? undefined,
    argumentRoles: argumentRoles.parse(row.argumentRoles),
    currency: row.currency ?? undefined,
    source: row.source,
    status: "changed",
    changedDefinition: definitionOf(tool),
  };
}

function namesOf(schema: ReadTool["argumentSchema"]): string[] {
  const properties = schema?.properties;
  return typeof properties === "object" && properties !== null && !Array.isArray(properties)
    ? Object.keys(properties).slice(0, 50)
    : [];
}
