// One OpenAPI 3.1 document from the declarations that validate. https://spec.openapis.org/oas/v3.1.1
import { z } from "zod";

export type Operation = {
  /** With `{parameters}` in braces. */
  path: string;
  method: "get" | "post" | "put" | "patch" | "delete";
  /** One line; made from method and path when left out. */
  summary?: string;
  /** Who may call: permissions of which any will do, `public`, or `agent` for the decision plane. */
  permission: string | readonly string[];
  params?: z.ZodType | undefined;
  query?: z.ZodType | undefined;
  headers?: z.ZodType | undefined;
  body?: z.ZodType | undefined;
  response?: z.ZodType | undefined;
  status?: number | undefined;
  /** Further answers, by status. */
  answers?: Record<string, string>;
};

type Schema = Record<string, unknown>;

/** @param version of the program */
export function openApiDocument(operations: readonly Operation[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of [...operations].sort((one, other) =>
    one.path < other.path ? -1 : one.path > other.path ? 1 : 0,
  )) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: operationOf(operation) };
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Countersign",
      version,
      description:
        "Decisions for agents, and everything the console can do. JSON only, UTF-8, I-JSON. Errors are RFC 9457 problem details with a stable `code`.",
    },
    servers: [{ url: "/" }],
    paths,
    components: {
      securitySchemes: {
        agent: { type: "http", scheme: "bearer", description: "An agent's credential, `cs_agt_…`" },
        person: {
          type: "http",
          scheme: "bearer",
          description: "A person's API token, `cs_pat_…`, or the bootstrap token",
        },
      },
      schemas: { Problem: problem },
    },
  };
}

const problem: Schema = {
  type: "object",
  required: ["type", "title", "status", "code", "detail"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    code: { type: "string", description: "stable; what programs look at" },
    detail: { type: "string", description: "says what to change" },
    instance: { type: "string", description: "names the request in our log" },
    outcome: { const: "deny", description: "on the decision plane: what could not be answered is denied" },
    errors: {
      type: "array",
      items: {
        type: "object",
        properties: {
          path: { type: "string", description: "JSON Pointer into the input" },
          message: { type: "string" },
        },
      },
    },
  },
};

function operationOf(operation: Operation): Schema {
  const { permission } = operation;
  const wanted = typeof permission === "string" ? [permission] : [...permission];
  const agent = permission === "agent";
  const open = permission === "public";
  const parameters = [
    ...parametersOf("path", operation.params),
    ...parametersOf("query", operation.query),
    ...parametersOf("header", operation.headers),
  ];
  for (const [, name] of operation.path.matchAll(/\{(\w+)\}/g)) {
    if (!parameters.some((parameter) => parameter.in === "path" && parameter.name === name))
      parameters.unshift({ name, in: "path", required: true, schema: { type: "string" } });
  }
  const status = String(operation.status ?? 200);
  return {
    summary: operation.summary ?? `${operation.method.toUpperCase()} ${operation.path}`,
    tags: [operation.path.split("/").find((part, at) => at > 0 && part !== "api" && part !== "v1") ?? "countersign"],
    security: open ? [] : [{ [agent ? "agent" : "person"]: [] }],
    ...(open || agent ? {} : { "x-permissions": wanted }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(operation.body
      ? {
          requestBody: {
            required: true,
            content: { "application/json": { schema: schemaOf(operation.body, "input") } },
          },
        }
      : {}),
    responses: {
      [status]:
        status === "204" || !operation.response
          ? { description: "done" }
          : {
              description: "done",
              content: { "application/json": { schema: schemaOf(operation.response, "output") } },
            },
      ...Object.fromEntries(
        Object.entries(operation.answers ?? {}).map(([code, description]) => [
          code,
          {
            description,
            content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
          },
        ]),
      ),
      default: {
        description: "a problem",
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

type Parameter = { name: string | undefined; in: string; required: boolean; schema: unknown };

function parametersOf(place: "path" | "query" | "header", schema: z.ZodType | undefined): Parameter[] {
  if (!schema) return [];
  const object = schemaOf(schema, "input") as { properties?: Record<string, unknown>; required?: string[] };
  return Object.entries(object.properties ?? {}).map(([name, member]) => ({
    name,
    in: place,
    required: place === "path" || (object.required ?? []).includes(name),
    schema: member,
  }));
}

/** What JSON Schema cannot say is left open rather than left out. */
function schemaOf(schema: z.ZodType, io: "input" | "output"): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: "draft-2020-12",
    io,
    unrepresentable: "any",
    reused: "inline",
  }) as Schema;
  return rest;
}
