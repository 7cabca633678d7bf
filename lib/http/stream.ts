import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { parse, problem, queryOf, type RouteHandler } from "./route";

/**
 * Makes the `stream` function of this application: a GET route that makes its own answer, such as a file or one that stays open. It declares who may call, like
 * `route`, and can ask again whether they still may.
 * @param authenticate the caller of a request with one of the permissions; throws `unauthenticated` or `forbidden`
 */
export function streamWith<Actor, Permission extends string>(
  authenticate: (request: Request, permission: Permission | readonly Permission[]) => Promise<Actor>,
) {
  return function stream<Params = undefined, Query = undefined>(
    declaration: {
      permission: Permission | readonly Permission[];
      params?: z.ZodType<Params>;
      query?: z.ZodType<Query>;
    },
    open: (call: {
      actor: Actor;
      params: Params;
      query: Query;
      request: Request;
      again: () => Promise<Actor>;
    }) => Response | Promise<Response>,
  ): RouteHandler {
    const handler = async (
      request: Request,
      context: { params: Promise<Record<string, string | string[] | undefined>> },
    ): Promise<Response> => {
      try {
        const again = () => authenticate(request, declaration.permission);
        const actor = await again();
        const params = parse(declaration.params, await context.params, "path");
        const query = parse(declaration.query, queryOf(request), "query");
        return await open({ actor, params, query, request, again });
      } catch (error) {
        return problem(error, randomUUID());
      }
    };
    return Object.assign(handler, { declaration: { permission: declaration.permission } });
  };
}
