import "server-only";

import { type Author, changeControl, type Event } from "@/lib/audit/append";
import { type Actor, requirePermission } from "@/lib/auth/actor";
import { db, type Tx } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { Prisma, type Tool as ToolRow } from "@/lib/generated/prisma/client";
import { canonicalize, type Json } from "@/lib/json";
import { publishWithin } from "@/lib/policy/publish";
import type { PolicySet, Tool } from "@/lib/policy/schema";
import { validateTool } from "@/lib/policy/validate";
import { sampleTime } from "@/lib/sample-time";
import { toolFingerprint } from "./fingerprint";
import type { SanctionInput, ToolInput } from "./schema";

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
  checkTool(name, input, "");
  const existing = await db.tool.findUnique({ where: { name } });
  if (existing && only === "new")
    throw new AppError("conflict", "the catalogue has a tool of this name", {
      fields: [{ path: "/name", message: "the catalogue has a tool of this name" }],
    });
  if (existing && same(existing, row(name, input, existing.source))) return { name, created: false };
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
  for (const [index, input] of inputs.entries()) checkTool(input.name, input, `/${index}`);
  const stored = new Map(
    (await db.tool.findMany({ where: { name: { in: inputs.map((input) => input.name) } } })).map((tool) => [
      tool.name,
      tool,
    ]),
  );
  const changed = inputs.filter((input) => {
    const existing = stored.get(input.name);
    return !existing || !same(existing, row(input.name, input, existing.source));
  });
  return changed.length === 0 ? [] : catalogueChange(author, note, changed, sampleAt);
}

async function catalogueChange(
  author: Author,
  note: string,
  inputs: readonly SanctionInput[],
  sampleAt?: Date,
): Promise<{ name: string; created: boolean }[]> {
  return changeControl(author, async (tx) => {
    const written: { input: SanctionInput; before: ToolRow | null }[] = [];
    const publication = await publishWithin(tx, author, note, async (set) => {
      for (const given of inputs) written.push(await write(tx, author, given));
      return withTools(
        set,
        written.map(({ input }) => policyTool(input)),
      );
    });
    return {
      result: written.map(({ input, before }) => ({ name: input.name, created: before === null })),
      changes: publication.changes.length > 0 ? publication.changes : [{ kind: "policy", ref: publication.version.id }],
      events: [
        ...written.map(({ input, before }) => eventOf(input, before, publication.version.hash)),
        ...publication.events,
      ].map((event) => (sampleAt ? { ...event, sampleAt: sampleAt.toISOString() } : event)),
    };
  });
}

/** A replacement keeps saying where the tool came from unless it says so itself. */
async function write(
  tx: Tx,
  author: Author,
  given: SanctionInput,
): Promise<{ input: SanctionInput; before: ToolRow | null }> {
  const before = await tx.tool.findUnique({ where: { name: given.name } });
  const input = { ...given, source: given.source ?? before?.source ?? "manual" };
  const { argumentSchema, argumentRoles, ...plain } = row(input.name, input, input.source);
  const data = {
    ...plain,
    argumentRoles: argumentRoles as Prisma.InputJsonObject,
    argumentSchema: (argumentSchema as Prisma.InputJsonObject | null) ?? Prisma.DbNull,
  };
  await tx.tool.upsert({
    where: { name: input.name },
    create: {
      name: input.name,
      ...data,
      createdAt: sampleTime(),
      createdById: author === "system" ? null : author.personId,
    },
    update: data,
  });
  return { input, before };
}

/** The catalogue of a policy set with these tools put in, by name. */
function withTools(set: PolicySet, tools: readonly Tool[]): PolicySet {
  const byName = new Map(set.tools.map((tool) => [tool.name, tool]));
  for (const tool of tools) byName.set(tool.name, tool);
  return { ...set, tools: [...byName.values()].sort((one, other) => (one.name < other.name ? -1 : 1)) };
}

/** A tool as the policy has it. */
function policyTool(input: SanctionInput): Tool {
  return { ...input, source: input.source ?? "manual", fingerprint: toolFingerprint(input) };
}

function row(name: string, input: ToolInput, source: string | undefined) {
  return {
    description: input.description,
    source: input.source ?? source ?? "manual",
    effect: input.effect,
    reversible: input.reversible,
    status: input.status,
    argumentSchema: input.argumentSchema ?? null,
    argumentRoles: input.argumentRoles ?? {},
    currency: input.currency ?? null,
    fingerprint: toolFingerprint({ name, description: input.description, argumentSchema: input.argumentSchema }),
  };
}

function same(stored: ToolRow, wanted: ReturnType<typeof row>): boolean {
  return Object.entries(wanted).every(
    ([field, value]) => canonicalize(stored[field as keyof ToolRow] ?? null) === canonicalize(value ?? null),
  );
}

function eventOf(input: SanctionInput, before: ToolRow | null, policyHash: string): Event {
  const kind =
    input.status === "blocked"
      ? "tool_blocked"
      : !before || before.status === "blocked"
        ? "tool_sanctioned"
        : "tool_changed";
  return {
    kind,
    tool: input.name,
    effect: input.effect,
    policyHash,
    payload: {
      before: before ? (row(before.name, before as unknown as ToolInput, before.source) as unknown as Json) : undefined,
      after: row(input.name, input, before?.source) as unknown as Json,
    },
  };
}

/** @throws AppError `invalid_request` with each problem at its field, below `at` */
function checkTool(name: string, input: ToolInput, at: string): void {
  const fields = validateTool(policyTool({ ...input, name }))
    .filter((problem) => problem.severity === "error")
    .map(({ path, message }) => ({ path: `${at}${path}`, message }));
  const first = fields[0];
  if (first) throw new AppError("invalid_request", `\`${first.path}\` is not valid: ${first.message}`, { fields });
}
