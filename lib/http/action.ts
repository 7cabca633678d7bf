import { randomUUID } from "node:crypto";
import { unstable_rethrow } from "next/navigation";
import type { z } from "zod";
import { type Problem, toProblem } from "@/lib/errors";
import { log } from "@/lib/log";
import { parse } from "./route";

/** What a server action answers; it never echoes its input. */
export type ActionResult<Data> = { ok: true; data: Data } | { ok: false; error: Problem };

export type ServerAction<Input, Data> = ((input: Input) => Promise<ActionResult<Data>>) & {
  declaration?: { permission: string | readonly string[] };
};

/**
 * Makes the `action` function of this application. A server action is a public endpoint: the wrapper authenticates, parses and turns errors into values.
 * @param authenticate the signed-in person, when they have the permission; throws `unauthenticated` or `forbidden`
 */
export function actionWith<Actor, Permission extends string>(
  authenticate: (permission: Permission | readonly Permission[]) => Promise<Actor>,
) {
  return function action<Schema extends z.ZodType, Data>(
    declaration: { permission: Permission | readonly Permission[]; input: Schema },
    handle: (actor: Actor, input: z.output<Schema>) => Promise<Data>,
  ): ServerAction<z.input<Schema>, Data> {
    const run = async (input: z.input<Schema>): Promise<ActionResult<Data>> => {
      const requestId = randomUUID();
      try {
        const actor = await authenticate(declaration.permission);
        return {
          ok: true,
          data: await handle(actor, parse(declaration.input as z.ZodType<z.output<Schema>>, input, "form")),
        };
      } catch (error) {
        unstable_rethrow(error); // redirects and not-found are Next's own signals
        const details = toProblem(error, requestId);
        if (details.status >= 500) log.error("action failed", { requestId, error });
        return { ok: false, error: details };
      }
    };
    return Object.assign(run, { declaration: { permission: declaration.permission } });
  };
}
