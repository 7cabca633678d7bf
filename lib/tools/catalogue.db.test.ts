import { beforeAll, describe, expect, test } from "vitest";
import { readHeader } from "@/lib/audit/entry";
import type { Actor } from "@/lib/auth/actor";
import { db, pool } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { ensurePolicy, publishPolicy } from "@/lib/policy/publish";
import { currentPolicy, getPolicyVersion, listPolicyVersions } from "@/lib/policy/queries";
import { testDatabase } from "@/lib/testing/database";
import { testLog } from "@/lib/testing/lane";
import { testPerson } from "@/lib/testing/people";
import { blockTool } from "./block-tool";
import { importTools, putTool } from "./put-tool";
import { agentsWithTool, getTool, listDemand, listTools } from "./queries";
import { removeTool } from "./remove-tool";
import { sanctionInput, toolFilter, toolInput, toolPath } from "./schema";

const { ownerUrl } = await testDatabase();

let admin: Actor;
let olga: Actor;

beforeAll(async () => {
  await testLog(ownerUrl);
  await ensurePolicy("system");
  admin = await testPerson("Ada Admin", "admin");
  olga = await testPerson("Olga Owner", "owner");
});

const transfer = toolInput.parse({
  description: "Sends money",
  effect: "financial",
  reversible: false,
  argumentSchema: { type: "object", properties: { amount: { type: "string" }, to: { type: "string" } } },
  argumentRoles: { amount: "/amount", recipient: "/to" },
  currency: "EUR",
});

async function refused(attempt: Promise<unknown>): Promise<AppError> {
  const error = await attempt.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw error ?? new Error("nothing was refused");
  return error;
}

async function kinds(after: bigint): Promise<string[]> {
  const { rows } = await pool().query<{ header: Buffer }>(
    "SELECT e.header FROM audit.entry e JOIN audit.lane l USING (lane) WHERE l.kind = 'console' AND e.seq > $1 ORDER BY e.seq",
    [after.toString()],
  );
  return rows.map((row) => readHeader(row.header).kind);
}

async function head(): Promise<bigint> {
  return BigInt(
    (await pool().query<{ seq: string }>("SELECT seq FROM audit.lane WHERE kind = 'console'")).rows[0]?.seq ?? 0,
  );
}

describe("the catalogue", () => {
  test("a tool that is put into the catalogue is in the policy that decides, in one change", async () => {
    const before = await head();
    expect(await putTool(admin, "payments.transfer", transfer)).toEqual({ name: "payments.transfer", created: true });
    const policy = await currentPolicy();
    expect(policy.content.tools.find((tool) => tool.name === "payments.transfer")).toMatchObject({
      effect: "financial",
      reversible: false,
      currency: "EUR",
      argumentRoles: { amount: "/amount", recipient: "/to" },
      fingerprint: (await getTool("payments.transfer")).fingerprint,
    });
    expect(await kinds(before)).toEqual(["tool_sanctioned", "policy_activated"]);
  });

  test("putting the same tool again publishes nothing", async () => {
    const { number } = await currentPolicy();
    await putTool(admin, "payments.transfer", transfer);
    expect((await currentPolicy()).number).toBe(number);
  });

  test("the fingerprint changes with what a runtime sees, and with nothing else", async () => {
    const first = (await getTool("payments.transfer")).fingerprint;
    await putTool(admin, "payments.transfer", { ...transfer, argumentRoles: { amount: "/amount" } });
    expect((await getTool("payments.transfer")).fingerprint).toBe(first);
    await putTool(admin, "payments.transfer", { ...transfer, description: "Sends money, now really" });
    expect((await getTool("payments.transfer")).fingerprint).not.toBe(first);
  });

  test("only who may change tools does; owners read", async () => {
    for (const attempt of [
      () => putTool(olga, "mail.send", transfer),
      () => blockTool(olga, "mail.send"),
      () => removeTool(olga, "payments.transfer"),
    ]) {
      expect((await refused(attempt())).code).toBe("forbidden");
    }
    expect((await listTools(toolFilter.parse({}))).items).toHaveLength(1);
  });

  test.each([
    [
      "a schema keyword that is not enforced",
      { argumentSchema: { type: "object", properties: { a: { type: "string", pattern: "(a+)+$" } } } },
      "/argumentSchema",
    ],
    ["a currency that does not exist", { currency: "EUX" }, "/currency"],
  ])("%s is refused at its field", async (_, change, path) => {
    const error = await refused(
      putTool(admin, "mail.send", toolInput.parse({ ...transfer, argumentRoles: undefined, ...change })),
    );
    expect([error.status, error.fields[0]?.path]).toEqual([400, path]);
    expect(await db.tool.count({ where: { name: "mail.send" } })).toBe(0);
  });

  test("many tools are one version and one move of the epoch", async () => {
    const { number } = await currentPolicy();
    const inputs = ["crm.read", "crm.write", "crm.delete"].map((name) =>
      sanctionInput.parse({ name, effect: "read", reversible: true, source: "mcp:crm" }),
    );
    expect(
      await importTools(admin ? { personId: admin.personId } : "system", "The tools of the CRM", inputs),
    ).toHaveLength(3);
    expect((await currentPolicy()).number).toBe(number + 1);
    expect(await importTools("system", "The tools of the CRM", inputs)).toEqual([]);
    const names = (await currentPolicy()).content.tools.map((tool) => tool.name);
    expect(names).toEqual([...names].sort());
  });

  test("a blocked tool stays in the catalogue as blocked; a removed one is unknown", async () => {
    await blockTool(admin, "crm.delete");
    expect((await currentPolicy()).content.tools.find((tool) => tool.name === "crm.delete")?.status).toBe("blocked");
    await blockTool(admin, "shell.run");
    expect(await getTool("shell.run")).toMatchObject({ status: "blocked", effect: "admin", reversible: false });
    await removeTool(admin, "crm.delete");
    expect((await currentPolicy()).content.tools.some((tool) => tool.name === "crm.delete")).toBe(false);
    expect((await refused(getTool("crm.delete"))).code).toBe("not_found");
    expect((await refused(removeTool(admin, "crm.delete"))).code).toBe("not_found");
  });

  test("T10 a name with a look-alike, a case, a trailing dot or a hidden character is refused, never folded", () => {
    for (const name of [
      "Mail.send",
      "mаil.send",
      "mail.send​",
      "ｍail.send",
      "mail send",
      "*",
      "../mail",
      "mail.send\n",
      ".mail",
      "",
      "a".repeat(129),
    ]) {
      expect(sanctionInput.safeParse({ ...transfer, name }).success, name).toBe(false);
      expect(toolPath.safeParse({ name: [name] }).success, name).toBe(false);
    }
    expect(toolPath.parse({ name: ["mcp", "crm", "read"] })).toEqual({ name: "mcp/crm/read" });
  });

  test("T12 an operator object in any field of a tool is refused", () => {
    for (const field of Object.keys(toolInput.shape)) {
      for (const value of [{ not: "" }, ["a"], { contains: "a" }]) {
        // A schema and roles are objects themselves; anything else is refused by shape.
        if (field === "argumentSchema" && !Array.isArray(value)) continue;
        expect(toolInput.safeParse({ ...transfer, [field]: value }).success, field).toBe(false);
      }
    }
  });
});

describe("demand", () => {
  test("what agents ask for and the catalogue does not have is listed with who asked, to those who see them", async () => {
    const { registerAgent } = await import("@/lib/agents/register");
    const { registerInput } = await import("@/lib/agents/schema");
    const { id } = await registerAgent(
      olga,
      registerInput.parse({
        name: "asker",
        purpose: "asks",
        ownerEmail: olga.email,
        environment: "test",
        riskClass: "minimal",
        tier: "T1",
        mandate: { tools: ["payments.transfer"] },
        version: { label: "v1", model: "m", provider: "p" },
      }),
    );
    await db.toolDemand.create({
      data: {
        tool: "files.shred",
        agentId: id,
        count: 7n,
        firstAt: new Date("2026-01-01T00:00:00Z"),
        lastAt: new Date("2026-01-02T00:00:00Z"),
      },
    });
    const [wanted] = await listDemand(admin);
    expect(wanted).toMatchObject({
      name: "files.shred",
      wellFormed: true,
      count: 7,
      agents: [{ id, name: "asker", count: 7 }],
    });
    const other = await testPerson("Omar Owner", "owner");
    expect(await listDemand(other)).toEqual([]);
    expect(await agentsWithTool(olga, "payments.transfer")).toEqual([
      { id, name: "asker", status: "draft", tier: "T1" },
    ]);
    expect(await agentsWithTool(other, "payments.transfer")).toEqual([]);
    await blockTool(admin, "files.shred");
    expect(await listDemand(admin)).toEqual([]);
  });
});

describe("publishing", () => {
  test("T17 a published version is never changed, and its hash is the hash of its content", async () => {
    const { id, number, hash } = await currentPolicy();
    await expect(pool().query("UPDATE policy_version SET note = 'another' WHERE id = $1", [id])).rejects.toThrow();
    const { rows } = await pool().query<{ one: bigint }>("SELECT 1 AS one FROM policy_version WHERE id = $1", [id]);
    expect(rows).toHaveLength(1);
    const { policyHash } = await import("@/lib/policy/hash");
    expect(policyHash((await getPolicyVersion(number)).content)).toBe(hash);
  });

  test("a policy that is not valid is refused with the sentence, and nothing is published", async () => {
    const { number } = await currentPolicy();
    const error = await refused(
      publishPolicy("system", "broken", (set) => ({ ...set, tools: [...set.tools, ...set.tools] })),
    );
    expect(error.status).toBe(400);
    expect((await currentPolicy()).number).toBe(number);
  });

  test("publishing what is in force already is refused", async () => {
    expect((await refused(publishPolicy("system", "the same", (set) => set))).code).toBe("state_changed");
  });

  test("publishers at the same time each build on the other: no change is lost", async () => {
    const { number } = await currentPolicy();
    const names = ["race.a", "race.b", "race.c", "race.d"];
    await Promise.all(names.map((name) => putTool(admin, name, toolInput.parse({ effect: "read", reversible: true }))));
    const { content, number: after } = await currentPolicy();
    expect(after).toBe(number + names.length);
    expect(content.tools.map((tool) => tool.name)).toEqual(expect.arrayContaining(names));
  });

  test("several processes that start at once publish the first policy once", async () => {
    const versions = await Promise.all([ensurePolicy("system"), ensurePolicy("system")]);
    expect(new Set(versions.map((version) => version.id)).size).toBe(1);
    const page = await listPolicyVersions({ limit: 1 });
    expect(page.items).toHaveLength(1);
    expect((await listPolicyVersions({ limit: 200, cursor: page.nextCursor ?? "" })).items.at(-1)?.number).toBe(1);
  });
});
