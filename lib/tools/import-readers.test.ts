import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "@/lib/json";
import { compileArgumentSchema } from "@/lib/policy/argument-schema";
import { toolName } from "@/lib/policy/schema";
import { catalogueName } from "./catalogue-name";
import { rank } from "./guess-effect";
import { hintOf, readMcpTools } from "./import-mcp";
import { methodFloors, readOpenApi } from "./import-openapi";
import type { ImportReading, ReadTool } from "./import-reading";
import { readImport } from "./read-import";
import { reduceSchema } from "./reduce-schema";

function tools(reading: ImportReading): ReadTool[] {
  if (!reading.ok) throw new Error(reading.message);
  return reading.tools;
}

function mcp(...list: Json[]): ReadTool[] {
  return tools(readMcpTools({ tools: list }));
}

function api(paths: Json, more: { [name: string]: Json } = {}): Json {
  return { openapi: "3.1.0", info: { title: "CRM", version: "1" }, paths, ...more };
}

describe("an effect is guessed from hints, and absence is the worst case", () => {
  test.each([
    ["nothing said", {}, "destructive", false],
    ["only reads", { readOnlyHint: true }, "read", true],
    ["only reads, whatever else is said", { readOnlyHint: true, destructiveHint: true }, "read", true],
    ["does not destroy", { destructiveHint: false }, "external", false],
    ["does not destroy and stays inside", { destructiveHint: false, openWorldHint: false }, "write", true],
    ["stays inside, and nothing about destroying", { openWorldHint: false }, "destructive", false],
    ["idempotent says nothing about harm", { idempotentHint: true }, "destructive", false],
    ["a hint that is no boolean was not given", { readOnlyHint: "true" }, "destructive", false],
  ])("%s", (_, annotations, effect, reversible) => {
    expect(mcp({ name: "thing", annotations })[0]).toMatchObject({ effect, reversible });
  });

  test.each([
    ["delete_everything", "destructive"],
    ["run_command", "code"],
    ["sendEmail", "external"],
    ["transfer_funds", "financial"],
    ["grantRole", "admin"],
    ["list_permissions", "read"],
  ])("a name can only make it graver: %s that says it only reads", (name, effect) => {
    expect(mcp({ name, annotations: { readOnlyHint: true } })[0]?.effect).toBe(effect);
  });

  test("a name that speaks of a milder class than the hints is shown beside the guess", () => {
    expect(mcp({ name: "make_payment" })[0]).toMatchObject({ effect: "destructive", byName: "financial" });
  });

  test.each([
    ["get", "read"],
    ["post", "write"],
    ["patch", "write"],
    ["put", "destructive"],
    ["delete", "destructive"],
  ])("an operation of %s is at least %s", (method, effect) => {
    expect(tools(readOpenApi(api({ "/things/{id}": { [method]: {} } })))[0]?.effect).toBe(effect);
  });

  test("a path makes a change graver, and leaves reading it alone", () => {
    const [list, make] = tools(readOpenApi(api({ "/payments": { get: {}, post: {} } })));
    expect([list?.effect, make?.effect]).toEqual(["read", "financial"]);
  });
});

describe("names", () => {
  test.each([
    ["sendEmail", "send_email"],
    ["get users by id", "get_users_by_id"],
    ["mail.send", "mail.send"],
    ["--x", "x"],
  ])("%s becomes %s", (original, name) => {
    expect(catalogueName(original)).toBe(name);
  });

  test.each(["", "mаil", "ｍail", "mail\u200b", "???", "a".repeat(129)])("T10 %j becomes nothing", (original) => {
    expect(catalogueName(original)).toBeNull();
  });

  test("tools whose names come out alike are all refused, and each says which other", () => {
    const reading = readMcpTools({ tools: [{ name: "sendMail" }, { name: "send_mail" }, { name: "other" }] });
    expect(tools(reading).map((tool) => tool.name)).toEqual(["other"]);
    expect(reading.ok && reading.refused).toEqual([
      { originalName: "sendMail", message: "becomes `send_mail`, and so does `send_mail`" },
      { originalName: "send_mail", message: "becomes `send_mail`, and so does `sendMail`" },
    ]);
  });

  test("a name given twice is refused", () => {
    const reading = readMcpTools({ tools: [{ name: "a" }, { name: "a" }] });
    expect(reading.ok && reading.refused.map((one) => one.message)).toEqual([
      "the document has two tools of this name",
      "the document has two tools of this name",
    ]);
  });
});

describe("schemas are cut down to what is enforced, and nothing is dropped in silence", () => {
  test("a pattern is dropped and listed where it was", () => {
    const [tool] = mcp({
      name: "a",
      inputSchema: { type: "object", properties: { id: { type: "string", pattern: "^a+$", maxLength: 9 } } },
    });
    expect(tool?.argumentSchema).toEqual({
      type: "object",
      properties: { id: { type: "string", maxLength: 9 } },
    });
    expect(tool?.dropped).toEqual([{ at: "/properties/id", keyword: "pattern", why: "is not enforced" }]);
  });

  test.each([
    [
      "what patterns would take is not refused as unexpected",
      { patternProperties: { "^x": {} }, additionalProperties: false },
      { xa: 1 },
    ],
    ["a `not` over something dropped goes with it", { properties: { a: { not: { pattern: "^b" } } } }, { a: "c" }],
    [
      "a `oneOf` over something dropped becomes `anyOf`",
      { oneOf: [{ properties: { a: { pattern: "x" } } }, { properties: { a: { pattern: "y" } } }] },
      { a: "x" },
    ],
    [
      "a tuple says nothing of other places",
      { properties: { a: { prefixItems: [{ type: "string" }], items: { type: "number" } } } },
      { a: ["x", 1] },
    ],
    ["exclusive bounds of OpenAPI 3.0", { properties: { a: { minimum: 1, exclusiveMinimum: true } } }, { a: 2 }],
    ["what only answers have is not required", { required: ["id"], properties: { id: { readOnly: true } } }, {}],
  ])("%s", (_, schema, value) => {
    const reduction = reduceSchema(schema as Json);
    if (!reduction.ok) throw new Error(reduction.message);
    expect(reduction.schema ? compileArgumentSchema(reduction.schema)(value as Json) : null).toBeNull();
  });

  test("an exclusive bound stays exclusive", () => {
    const reduction = reduceSchema({ properties: { a: { minimum: 1, exclusiveMinimum: true } } });
    expect(reduction.ok && reduction.schema).toEqual({ properties: { a: { exclusiveMinimum: 1 } } });
  });

  test("a schema that refers to itself below is kept; one that refers to itself at once is refused", () => {
    const tree = { $ref: "#/$defs/node", $defs: { node: { properties: { next: { $ref: "#/$defs/node" } } } } };
    expect(reduceSchema(tree)).toMatchObject({ ok: true, schema: tree, dropped: [] });
    const circle = { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { allOf: [{ $ref: "#/$defs/a" }] } } };
    expect(reduceSchema(circle)).toMatchObject({ ok: false, message: expect.stringContaining("without end") });
  });
});

describe("argument roles are proposed from names and formats", () => {
  test("of a transfer", () => {
    const inputSchema = {
      type: "object",
      properties: {
        amount: { type: "number" },
        currency: { type: "string" },
        contact: { type: "string", format: "email" },
        callback: { type: "string", format: "uri" },
        items: { type: "array", items: { type: "object", properties: { amount: { type: "number" } } } },
      },
    };
    expect(mcp({ name: "a", inputSchema })[0]?.argumentRoles).toEqual({
      amount: "/amount",
      currency: "/currency",
      recipient: "/contact",
      url: "/callback",
    });
  });
});

describe("OpenAPI", () => {
  test("an operation without a name is called by its method and path", () => {
    expect(tools(readOpenApi(api({ "/users/{id}": { get: {} } })))[0]).toMatchObject({
      name: "get_users_id",
      originalName: "GET /users/{id}",
    });
  });

  test("parameters and the body's members are the arguments, references included", () => {
    const [tool] = tools(
      readOpenApi(
        api(
          {
            "/accounts/{id}/payments": {
              parameters: [{ $ref: "#/components/parameters/id" }],
              post: {
                operationId: "createPayment",
                requestBody: {
                  required: true,
                  content: { "application/json": { schema: { $ref: "#/components/schemas/Payment" } } },
                },
              },
            },
          },
          {
            components: {
              parameters: { id: { name: "id", in: "path", schema: { type: "string" } } },
              schemas: {
                Payment: {
                  type: "object",
                  required: ["amount"],
                  properties: { amount: { $ref: "#/components/schemas/Amount" }, to: { type: "string" } },
                },
                Amount: { type: "string" },
              },
            },
          },
        ),
      ),
    );
    expect(tool).toMatchObject({
      name: "create_payment",
      effect: "financial",
      argumentRoles: { amount: "/amount", recipient: "/to" },
    });
    const check = compileArgumentSchema(tool?.argumentSchema ?? {});
    expect(check({ id: "a", amount: "1.00" })).toBeNull();
    expect(check({ id: "a" })).toMatchObject({ pointer: "/amount" });
    expect(check({ amount: "1.00" })).toMatchObject({ pointer: "/id" });
  });

  test.each([
    ["a reference to another document", { $ref: "other.yaml#/Pet" }, "another document"],
    ["a reference to nothing", { $ref: "#/components/schemas/None" }, "is not there"],
  ])("%s refuses that operation alone", (_, schema, said) => {
    const content = { "application/json": { schema } };
    const reading = readOpenApi(api({ "/a": { post: { requestBody: { content } } }, "/b": { get: {} } }));
    expect(tools(reading)).toHaveLength(1);
    expect(reading.ok && reading.refused[0]?.message).toContain(said);
  });

  test("a parameter that refers to itself is refused", () => {
    const parameters = [{ $ref: "#/components/parameters/a" }];
    const reading = readOpenApi(
      api(
        { "/a": { get: { parameters } } },
        { components: { parameters: { a: { $ref: "#/components/parameters/a" } } } },
      ),
    );
    expect(reading.ok && reading.refused[0]?.message).toContain("without end");
  });
});

test.each([
  ["a list of something else", [1, 2], "neither"],
  ["an empty object", {}, "neither"],
  ["tools that are no list", { tools: {} }, "no list `tools`"],
  ["Swagger 2", { swagger: "2.0", paths: {} }, "Swagger 2.0"],
  ["another OpenAPI", { openapi: "4.0.0", paths: {} }, "is not read"],
  ["an OpenAPI document without paths", { openapi: "3.1.0" }, "no `paths`"],
  ["10,000 tools", { tools: Array.from({ length: 10_000 }, (_, at) => ({ name: `t${at}` })) }, "at most 1000"],
])("%s is refused in words", (_, document, said) => {
  const reading = readImport(document as Json);
  expect(reading).toMatchObject({ ok: false, message: expect.stringContaining(said) });
});

describe("whatever comes in", () => {
  const key = fc.constantFrom(
    ..."type properties items $ref $defs definitions allOf anyOf oneOf not required enum additionalProperties patternProperties minimum exclusiveMinimum pattern tools inputSchema annotations readOnlyHint destructiveHint openWorldHint name description openapi paths get post parameters requestBody content application/json schema in components schemas a /a".split(
      " ",
    ),
  );
  const leaf = fc.oneof(
    fc.constantFrom<Json>(
      "object",
      "string",
      "array",
      "a",
      "/a",
      "3.1.0",
      "query",
      "#/$defs/a",
      "#/components/schemas/a",
      "#/components/a",
      "x#/b",
      true,
      false,
      null,
      -1,
      0,
      1.5,
    ),
    fc.string(),
  );
  const { json } = fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof(
      { depthSize: "medium" },
      leaf,
      fc.array(tie("json"), { maxLength: 4 }),
      fc.dictionary(key, tie("json"), { maxKeys: 6 }),
    ),
  }));
  const runs = { numRuns: 3000 };

  test("no document makes a reader throw, and what it reads could be put into the catalogue", () => {
    const wrapped = fc.oneof(
      json,
      fc.array(json, { maxLength: 3 }).map((list): Json => ({ tools: list })),
      fc
        .array(fc.record({ name: fc.string({ minLength: 1 }), inputSchema: json, annotations: json }), { maxLength: 3 })
        .map((list): Json => ({ tools: list })),
      fc.dictionary(key, json).map((paths): Json => ({ openapi: "3.0.3", paths })),
      fc
        .record({
          a: fc.record({
            post: fc.record({
              parameters: json,
              requestBody: fc.record({ content: fc.record({ "application/json": fc.record({ schema: json }) }) }),
            }),
          }),
          schemas: fc.dictionary(key, json),
        })
        .map(
          ({ a, schemas }): Json => ({
            openapi: "3.1.0",
            paths: { "/a": a },
            components: { schemas, parameters: schemas },
          }),
        ),
    );
    fc.assert(
      fc.property(wrapped, (document) => {
        const reading = readImport(document);
        if (!reading.ok) {
          expect(reading.message).toMatch(/\w/);
          return;
        }
        for (const tool of reading.tools) {
          expect(toolName.safeParse(tool.name).success).toBe(true);
          if (tool.argumentSchema) compileArgumentSchema(tool.argumentSchema);
        }
      }),
      runs,
    );
  });

  test("no guess is milder than the hints allow", () => {
    const hint = fc.option(fc.oneof(fc.boolean(), fc.constantFrom("true", 0, null)), { nil: undefined });
    const annotations = fc.record({
      readOnlyHint: hint,
      destructiveHint: hint,
      idempotentHint: hint,
      openWorldHint: hint,
    });
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z][a-zA-Z_]{0,30}$/), annotations, (name, given) => {
        const said = JSON.parse(JSON.stringify(given)) as { [name: string]: Json };
        const [tool] = mcp({ name, annotations: said });
        expect(rank(tool?.effect ?? "read")).toBeGreaterThanOrEqual(rank(hintOf(said).effect));
        if (tool?.reversible) expect(said.readOnlyHint === true || said.destructiveHint === false).toBe(true);
      }),
      runs,
    );
  });

  test("no operation is milder than its method", () => {
    const method = fc.constantFrom(...(Object.keys(methodFloors) as (keyof typeof methodFloors)[]));
    fc.assert(
      fc.property(method, fc.option(fc.stringMatching(/^[a-zA-Z]{1,20}$/), { nil: undefined }), (verb, operationId) => {
        const [tool] = tools(readOpenApi(api({ "/a/{b}": { [verb]: operationId ? { operationId } : {} } })));
        expect(rank(tool?.effect ?? "read")).toBeGreaterThanOrEqual(rank(methodFloors[verb].effect));
        if (tool?.reversible) expect(methodFloors[verb].effect).toBe("read");
      }),
      runs,
    );
  });

  test("what a schema accepts, its cut-down form accepts", () => {
    const parts: fc.Arbitrary<Json> = fc.letrec<{ schema: Json }>((tie) => ({
      schema: fc.oneof(
        { depthSize: "small" },
        fc.constantFrom<Json>(
          { type: "string" },
          { type: "number" },
          true,
          { type: "string", maxLength: 2 },
          { minimum: 1 },
          { const: "a" },
        ),
        fc.record({ oneOf: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }) }),
        fc.record({ anyOf: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }) }),
        fc.record({ allOf: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }) }),
        fc.record({ not: tie("schema") }),
        fc.record({ properties: fc.record({ a: tie("schema") }), required: fc.constant<Json>(["a"]) }),
      ),
    })).schema;
    const value = fc.oneof(
      fc.constantFrom<Json>("a", "abc", 0, 2, null),
      fc.record({ a: fc.constantFrom<Json>("a", "abc", 1) }),
    );
    fc.assert(
      fc.property(parts, value, (schema, held) => {
        if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return;
        const reduction = reduceSchema(schema);
        if (!reduction.ok) throw new Error(reduction.message);
        const whole = compileArgumentSchema(schema)(held);
        const reduced = reduction.schema ? compileArgumentSchema(reduction.schema)(held) : null;
        if (whole === null) expect(reduced).toBeNull();
        if (reduction.dropped.length === 0) expect(reduced === null).toBe(whole === null);
      }),
      runs,
    );
  });
});
