import "server-only";

import { headers } from "next/headers";
import { AppError } from "@/lib/errors";
import { actionWith } from "@/lib/http/action";
import { routeWith } from "@/lib/http/route";
import { streamWith } from "@/lib/http/stream";
import { type Actor, requirePermission } from "./actor";
import { authenticateRequest, checkOrigin, stranger } from "./authenticate-request";
import type { Permission } from "./permissions";
import { currentActor } from "./session";

/** The two edge wrappers, bound to our authentication. */

/** A route handler: `export const GET = route({ permission, query, response }, ({ actor, query }) => …)`. */
export const route = routeWith<Actor, Permission>(authenticateRequest);

/** A route whose answer stays open: server-sent events. */
export const stream = streamWith<Actor, Permission>(authenticateRequest);

/** A server action. Each one is a public POST, whatever page it was written for. */
export const action = actionWith<Actor, Permission | "public">(async (asked) => {
  checkOrigin("POST", await headers());
  if (asked === "public") return stranger;
  const actor = await currentActor();
  if (!actor) throw new AppError("unauthenticated", "sign in again");
  requirePermission(actor, ...((Array.isArray(asked) ? asked : [asked]) as Permission[]));
  return actor;
});
