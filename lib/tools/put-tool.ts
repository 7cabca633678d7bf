import "server-only";

import { type Author, changeControl, type Event } from "@/lib/audit/append";
import { type Actor, requirePermission } from "@/lib/auth/actor";
import { db, type Tx } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { Prisma, type Tool as ToolRow } from "@/lib/generated/prisma/client";
import { canonicalize, type Json } from "@/lib/json";
import { publishWithin } from "@/lib/policy/publish";
import type { PolicySet, Tool, toolStatuses } from "@/lib/policy/schema";
import { validateTool } from "@/lib/policy/validate";
import { sampleTime } from "@/lib/sample-time";
import type { ToolDefinition } from "./definition";
import { toolFingerprint } from "./fingerprint";
import type { SanctionInput, ToolInput } from "./schema";

/** A tool as it shall stand in the catalogue. */
export type CatalogueEntry = Omit<SanctionInput, "status"> & {
  status: (typeof toolStatuses)[number];
  /** What its source says of it, which a person has confirmed. */
  definition?: ToolDefinition;
  /** What its source says now, and nobody has confirmed. */
  changedDefinition?: ToolDefinition;
  /** A person has answered the change that it is held for. */
  answered?: boolean;
};

/**
 * Puts a tool into the catalogue or replaces it, and publishes the policy that has it. Putting what is there already changes nothing.
 * @param only `new` refuses a name the catalogue has; for a form that adds
 * @throws AppError `forbidden`, `conflict` at `/name`, `invalid_request` naming the field
 */
export async function putTool(
  actor: Actor,
  name: string,
  input: ToolInput,
  only?: "new",
): Promise<{ name: string; created: boolean }> {
  requirePermission(actor, "tools:write");
  checkTool({ ...input, name }, "");
  const existing = await db.tool.findUnique({ where: { name } });
  if (existing && only === "new")
    throw new AppError("conflict", "the catalogue has a tool of this name", {
      fields: [{ path: "/name", message: "the catalogue has a tool of this name" }],
    });
  if (existing && same(existing, row({ ...input, name }, existing))) return { name, created: false };
  const [event] = await catalogueChange(
    { personId: actor.personId },
    `${input.status === "blocked" ? "Block" : existing ? "Change" : "Sanction"} the tool ${name}`,
    [{ ...input, name }],
  );
  return { name, created: event?.created ?? false };
}

/**
 * Puts many tools into the catalogue with one policy version. For the program's own imports: nobody's permission is asked.
 * @param sampleAt the time that sample data stands for
 * @returns for each tool that was new or differs: its name, and whether it was new
 * @throws AppError `invalid_request` naming the tool by index and the field
 */
export async function importTools(
  author: Author,
  note: string,
  inputs: readonly SanctionInput[],
  sampleAt?: Date,
): Promise<{ name: string; created: boolean }[]> {
  return changeCatalogue(author, note, inputs, sampleAt);
}

/**
 * Makes tools stand in the catalogue as given, in one policy version. Whoever calls it has asked for the permission.
 * @returns for each tool that was new or differs: its name, and whether it was new
 * @throws AppError `invalid_request` naming the tool by index and the field
 */
export async function changeCatalogue(
  author: Author,
  note: string,
  entries: readonly CatalogueEntry[],
  sampleAt?: Date,
): Promise<{ name: string; created: boolean }[]> {
  for (const [index, entry] of entries.entries()) checkTool(entry, `/${index}`);
  const rows = await db.tool.findMany({ where: { name: { in: entries.map((entry) => entry.name) } } });
  const stored = new Map(rows.map((tool) => [tool.name, tool]));
  const changed = entries.filter((entry) => {
    const existing = stored.get(entry.name);
    return !existing || !same(existing, row(entry, existing));
  });
  return changed.length === 0 ? [] : catalogueChange(author, note, changed, sampleAt);
}

async function catalogueChange(
  author: Author,
  note: string,
  inputs: readonly CatalogueEntry[],
  sampleAt?: Date,
): Promise<{ name: string; created: boolean }[]> {
  return changeControl(author, async (tx) => {
    const written: Written[] = [];
    const publication = await publishWithin(tx, author, note, async (set) => {
      for (const given of inputs) written.push(await write(tx, author, given));
      return withTools(
        set,
        written.map(({ after }) => policyTool(after)),
      );
    });
    return {
      result: written.map(({ after, before }) => ({ name: after.name, created: before === null })),
      changes: publication.changes.length > 0 ? publication.changes : [{ kind: "policy", ref: publication.version.id }],
      events: [...written.map((one) => eventOf(one, publication.version.hash)), ...publication.events].map((event) =>
        sampleAt ? { ...event, sampleAt: sampleAt.toISOString() } : event,
      ),
    };
  });
}

type Row = { name: string } & Pick<
  ToolRow,
  | "description"
  | "source"
  | "effect"
  | "reversible"
  | "status"
  | "argumentSchema"
  | "argumentRoles"
  | "currency"
  | "fingerprint"
  | "definition"
  | "changedDefinition"
>;
type Written = { after: Row; before: ToolRow | null };

async function write(tx: Tx, author: Author, given: CatalogueEntry): Promise<Written> {
  const before = await tx.tool.findUnique({ where: { name: given.name } });
  const after = row(given, before);
  const { name, argumentSchema, argumentRoles, definition, changedDefinition, ...plain } = after;
  const data = {
    ...plain,
    argumentRoles: argumentRoles as Prisma.InputJsonObject,
    argumentSchema: (argumentSchema as Prisma.InputJsonObject | null) ?? Prisma.DbNull,
    definition: (definition as Prisma.InputJsonObject | null) ?? Prisma.DbNull,
    changedDefinition: (changedDefinition as Prisma.InputJsonObject | null) ?? Prisma.DbNull,
  };
  await tx.tool.upsert({
    where: { name },
    create: { name, ...data, createdAt: sampleTime(), createdById: author === "system" ? null : author.personId },
    update: data,
  });
  return { after, before };
}

/** The catalogue of a policy set with these tools put in, by name. */
function withTools(set: PolicySet, tools: readonly Tool[]): PolicySet {
  const byName = new Map(set.tools.map((tool) => [tool.name, tool]));
  for (const tool of tools) byName.set(tool.name, tool);
  return { ...set, tools: [...byName.values()].sort((one, other) => (one.name < other.name ? -1 : 1)) };
}

/** A tool as the policy has it. */
function policyTool(row: Row): Tool {
  const { description, source, effect, reversible, status, fingerprint } = row;
  return {
    name: row.name,
    description,
    source,
    effect: effect as Tool["effect"],
    reversible,
    status: status as Tool["status"],
    ...(row.argumentSchema === null ? {} : { argumentSchema: row.argumentSchema as Tool["argumentSchema"] }),
    ...(Object.keys(row.argumentRoles as object).length === 0
      ? {}
      : { argumentRoles: row.argumentRoles as Tool["argumentRoles"] }),
    ...(row.currency === null ? {} : { currency: row.currency }),
    fingerprint,
  };
}

/**
 * What is stored of an entry. A replacement keeps saying where the tool came from unless it says so itself, and as long as neither description nor schema
 * differs it keeps the source's definition, its fingerprint, and a hold that nobody has answered.
 */
function row(entry: CatalogueEntry, before: ToolRow | null): Row {
  const { name, description, effect, reversible } = entry;
  const argumentSchema = entry.argumentSchema ?? null;
  const kept =
    before !== null &&
    !entry.definition &&
    before.description === description &&
    canonicalize(before.argumentSchema ?? null) === canonicalize(argumentSchema);
  const held = kept && before.changedDefinition !== null && !entry.answered && !entry.changedDefinition;
  return {
    name,
    description,
    source: entry.source ?? before?.source ?? "manual",
    effect,
    reversible,
    status: held && entry.status === "sanctioned" ? "changed" : entry.status,
    argumentSchema: argumentSchema as Row["argumentSchema"],
    argumentRoles: (entry.argumentRoles ?? {}) as Row["argumentRoles"],
    currency: entry.currency ?? null,
    fingerprint:
      entry.definition?.fingerprint ??
      (kept ? before.fingerprint : toolFingerprint({ name, description, argumentSchema: argumentSchema ?? undefined })),
    definition: (entry.definition ?? (kept ? before.definition : null)) as Row["definition"],
    changedDefinition: (entry.changedDefinition ??
      (held ? before.changedDefinition : null)) as Row["changedDefinition"],
  };
}

function same(stored: ToolRow, wanted: Row): boolean {
  return (Object.keys(wanted) as (keyof Row)[]).every(
    (field) => canonicalize(stored[field] ?? null) === canonicalize(wanted[field] ?? null),
  );
}

function eventOf({ after, before }: Written, policyHash: string): Event {
  const kind =
    after.status === "blocked"
      ? "tool_blocked"
      : after.status !== "changed" && (!before || before.status === "blocked")
        ? "tool_sanctioned"
        : "tool_changed";
  return {
    kind,
    tool: after.name,
    effect: after.effect as Tool["effect"],
    policyHash,
    payload: { before: before ? (recorded(before) as Json) : undefined, after: recorded(after) as Json },
  };
}

/** Without the name, which the entry says itself. */
function recorded({
  description,
  source,
  effect,
  reversible,
  status,
  argumentSchema,
  argumentRoles,
  currency,
  fingerprint,
  changedDefinition,
}: Row) {
  return {
    description,
    source,
    effect,
    reversible,
    status,
    argumentSchema,
    argumentRoles,
    currency,
    fingerprint,
    ...(changedDefinition === null ? {} : { changedDefinition }),
  };
}

/** @throws AppError `invalid_request` with each problem at its field, below `at` */
function checkTool(entry: CatalogueEntry, at: string): void {
  const fields = validateTool(policyTool(row(entry, null)))
    .filter((problem) => problem.severity === "error")
    .map(({ path, message }) => ({ path: `${at}${path}`, message }));
  const first = fields[0];
  if (first) throw new AppError("invalid_request", `\`${first.path}\` is not valid: ${first.message}`, { fields });
}
