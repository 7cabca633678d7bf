"use server";

import { refresh } from "next/cache";
import { z } from "zod";
import { action } from "@/lib/auth/edge";
import { toolName } from "@/lib/policy/schema";
import { blockTool, unblockTool } from "@/lib/tools/block-tool";
import { guessFor } from "@/lib/tools/guess-for";
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

/** The page the action came from shows the change with the answer. */
async function shown<Result>(change: Promise<Result>): Promise<Result> {
  const result = await change;
  refresh();
  return result;
}
