import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { AppError, type FieldError, toProblem } from "@/lib/errors";
import { parseJson, pointer } from "@/lib/json";
import { log } from "@/lib/log";

/**
 * A route handler of the management plane is a declaration: who may call, what comes in, what goes out. The wrapper parses both directions,
 * so what the response schema does not name cannot leave. It is given authentication and knows no feature.
 */
export type RouteDeclaration<Permission, Params, Query, Body, Response> = {
  /** One permission, or a list of which any will do. `public` is for what a stranger may read. */
  permission: Permission | readonly Permission[] | "public";
  params?: z.ZodType<Params>;
  query?: z.ZodType<Query>;
  body?: z.ZodType<Body>;
  response: z.ZodType<Response>;
  /** Status of success, 200 when left out. 204 sends no body. */
  status?: 200 | 201 | 202 | 204;
};

type Call<Actor, Params, Query, Body> = { actor: Actor; params: Params; query: Query; body: Body; request: Request };
type NextContext = { params: Promise<Record<string, string | string[] | undefined>> };
export type RouteHandler = ((request: Request, context: NextContext) => Promise<Response>) & {
  declaration: {
    permission: string | readonly string[];
    params?: z.ZodType | undefined;
    query?: z.ZodType | undefined;
    body?: z.ZodType | undefined;
    response?: z.ZodType | undefined;
    status?: number | undefined;
  };
};

const bodyLimitBytes = 1024 * 1024;

/**
 * Makes the `route` function of this application.
 * @param authenticate the caller of a request with all of the permissions asked for; throws `unauthenticated` or `forbidden`
 */
export function routeWith<Actor, Permission extends string>(
  authenticate: (request: Request, permission: Permission | readonly Permission[] | "public") => Promise<Actor>,
) {
  return function route<Params = undefined, Query = undefined, Body = undefined, Output = unknown>(
    declaration: RouteDeclaration<Permission, Params, Query, Body, Output>,
    handle: (call: Call<Actor, Params, Query, Body>) => Promise<Output>,
  ): RouteHandler {
    const handler = async (request: Request, context: NextContext): Promise<Response> => {
      const requestId = randomUUID();
      try {
        const actor = await authenticate(request, declaration.permission);
        const params = parse(declaration.params, await context.params, "path");
        const query = parse(declaration.query, queryOf(request), "query");
        const body = declaration.body ? parse(declaration.body, await readBody(request), "body") : (undefined as Body);
        const output = await handle({ actor, params, query, body, request });
        if (declaration.status === 204)
          return new Response(null, { status: 204, headers: { "cache-control": "no-store" } });
        return json(declaration.response.parse(output), declaration.status ?? 200, requestId);
      } catch (error) {
        return problem(error, requestId);
      }
    };
    return Object.assign(handler, { declaration });
  };
}

/**
 * Parses a value by a schema.
 * @throws AppError `invalid_request` that names each field by JSON Pointer and the rule it broke
 */
export function parse<T>(schema: z.ZodType<T> | undefined, value: unknown, where: string): T {
  if (!schema) return undefined as T;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields = fieldErrors(result.error);
  const first = fields[0];
  const at = first?.path ? `\`${first.path}\`` : `the ${where}`;
  throw new AppError("invalid_request", `${at} is not valid: ${first?.message ?? "wrong shape"}`, { fields });
}

/** The issues of a zod error as fields. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.slice(0, 20).map((issue) => ({ path: pointer(issue.path), message: issue.message }));
}

/** Query parameters, each at most once. */
export function queryOf(request: Request): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [name, value] of new URL(request.url).searchParams) {
    if (Object.hasOwn(query, name))
      throw new AppError("invalid_request", `the query parameter \`${name}\` is given twice`);
    query[name] = value;
  }
  return query;
}

async function readBody(request: Request): Promise<unknown> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(;\s*charset=utf-8\s*)?$/i.test(type)) {
    throw new AppError("unsupported_media_type", "send the body as `application/json`");
  }
  if (request.headers.has("content-encoding"))
    throw new AppError("unsupported_media_type", "send the body without a content encoding");
  const bytes = Buffer.from(await request.arrayBuffer());
  if (bytes.length > bodyLimitBytes)
    throw new AppError("payload_too_large", `the body is larger than ${bodyLimitBytes} bytes`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new AppError("invalid_request", "the body is not UTF-8");
  }
  return parseJson(text, { maxDepth: 64, maxMembers: 100_000 });
}

function json(body: unknown, status: number, requestId: string): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store", "x-request-id": requestId } });
}

/** The answer to a request that was refused or failed; what is our fault is logged with the request id. */
export function problem(error: unknown, requestId: string): Response {
  const details = toProblem(error, requestId);
  if (details.status >= 500) log.error("request failed", { requestId, error });
  const headers: Record<string, string> = {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "x-request-id": requestId,
  };
  if (details.status === 401) headers["www-authenticate"] = "Bearer";
  if (error instanceof AppError && error.retryAfterSeconds) headers["retry-after"] = String(error.retryAfterSeconds);
  return new Response(JSON.stringify(details), { status: details.status, headers });
}
