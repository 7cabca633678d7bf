"use server";

import { refresh } from "next/cache";
import { z } from "zod";
import { action } from "@/lib/auth/edge";
import { parseJson } from "@/lib/json";
import { toolName } from "@/lib/policy/schema";
import { answerChange } from "@/lib/tools/answer-change";
import { blockTool, unblockTool } from "@/lib/tools/block-tool";
import { guessFor } from "@/lib/tools/guess-for";
import { importDocument } from "@/lib/tools/import-document";
import { changeAnswer, importText } from "@/lib/tools/import-schema";
import { putTool } from "@/lib/tools/put-tool";
import { removeTool } from "@/lib/tools/remove-tool";
import { sanctionInput } from "@/lib/tools/schema";

const byName = z.strictObject({ name: toolName });

/** Adds a tool that the catalogue does not have. */
export const sanction = action({ permission: "tools:write", input: sanctionInput }, (actor, { name, ...tool }) =>
  shown(putTool(actor, name, tool, "new")),
);

export const change = action({ permission: "tools:write", input: sanctionInput }, (actor, { name, ...tool }) =>
  shown(putTool(actor, name, tool)),
);

export const block = action({ permission: "tools:write", input: byName }, (actor, { name }) =>
  shown(blockTool(actor, name)),
);

export const unblock = action({ permission: "tools:write", input: byName }, (actor, { name }) =>
  shown(unblockTool(actor, name)),
);

export const remove = action({ permission: "tools:write", input: byName }, (actor, { name }) =>
  shown(removeTool(actor, name)),
);

/** What the latest recorded request for a tool says about its arguments, to who may read it. */
export const guess = action({ permission: "tools:write", input: byName }, (actor, { name }) => guessFor(actor, name));

/** Reads the tools of a pasted document, and takes over those that are confirmed unless it is a dry run. */
export const importPasted = action({ permission: "tools:write", input: importText }, (actor, { text, ...rest }) =>
  importDocument(actor, { ...rest, document: parseJson(text, { maxDepth: 64, maxMembers: 100_000 }) }),
);

export const answerDefinition = action({ permission: "tools:write", input: changeAnswer }, (actor, input) =>
  shown(answerChange(actor, input)),
);

/** The page the action came from shows the change with the answer. */
async function shown<Result>(change: Promise<Result>): Promise<Result> {
  const result = await change;
  refresh();
  return result;
}
