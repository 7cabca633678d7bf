import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { changeControl } from "@/lib/audit/append";
import { project } from "@/lib/audit/project";
import { readPayload } from "@/lib/audit/read-payload";
import type { Actor } from "@/lib/auth/actor";
import { permissionsOf } from "@/lib/auth/permissions";
import { db } from "@/lib/db";
import { newId } from "@/lib/ids";
import { testDatabase } from "@/lib/testing/database";
import { testLog } from "@/lib/testing/lane";
import { closeIncident } from "./close";
import { recordIncident } from "./open";
import { listIncidents, readIncident } from "./queries";
import { incidentFilter } from "./schema";
import { suspendForIncident } from "./suspend";

const { ownerUrl } = await testDatabase();
const owner = new pg.Client({ connectionString: ownerUrl });
const all = incidentFilter.parse({ status: "all", limit: "200" });

let robin: Actor;
let compliance: Actor;
let agentId: string;

beforeAll(async () => {
  await owner.connect();
  await testLog(ownerUrl);
  robin = await person("robin", ["owner"]);
  compliance = await person("cleo", ["compliance"]);
});
afterAll(() => owner.end());
beforeEach(async () => {
  agentId = await agent(robin.personId, "active");
});

async function person(name: string, roles: string[]): Promise<Actor> {
  const id = newId("per");
  await db.person.create({ data: { id, email: `${name}@example.com`, name, roles } });
  return {
    personId: id,
    email: `${name}@example.com`,
    name,
    roles,
    groups: [],
    permissions: permissionsOf(roles),
    via: "session",
    mayVote: true,
  };
}

async function agent(ownerId: string, status: string): Promise<string> {
  const id = newId("agt");
  await changeControl("system", async (tx) => {
    await tx.agent.create({
      data: {
        id,
        name: `agent ${id}`,
        purpose: "tests",
        ownerId,
        environment: "test",
        riskClass: "limited",
        tier: "T3",
        mandate: {},
        status,
      },
    });
    return { result: id, changes: [{ kind: "agent", ref: id }], events: [{ kind: "agent_registered", agent: id }] };
  });
  return id;
}

const clone = { kind: "clone" as const, title: "one credential, two places", details: { why: "counter used twice" } };
const entriesAbout = async (ref: string) =>
  (await owner.query("SELECT kind FROM entry_view WHERE ref = $1 ORDER BY seq", [ref])).rows.map((row) => row.kind);

describe("suspending for an incident", () => {
  test("stops the agent, voids what it had asked for, and opens the incident, in one change", async () => {
    await db.approval.create({
      data: {
        id: newId("agt").replace("agt", "apr"),
        lane: 99n,
        seq: BigInt(Date.now()),
        agentId,
        ownerId: robin.personId,
        tool: "mail.send",
        effect: "external",
        reversible: false,
        actionDigest: Buffer.alloc(32),
        policyHash: "sha256:0",
        quorum: 1,
        groups: [],
        codes: [],
        requestedAt: new Date(),
        expiresAt: new Date(Date.now() + 3_600_000),
      },
    });
    const before = (await owner.query("SELECT epoch FROM audit.control_epoch")).rows[0].epoch;
    const id = await suspendForIncident(agentId, clone);
    expect((await owner.query("SELECT epoch FROM audit.control_epoch")).rows[0].epoch).toBe(
      (BigInt(before) + 1n).toString(),
    );
    expect(await db.agent.findUnique({ where: { id: agentId } })).toMatchObject({
      status: "suspended",
      statusReason: clone.title,
    });
    expect(await db.approval.findFirst({ where: { agentId } })).toMatchObject({ status: "voided" });
    expect(await db.incident.findUnique({ where: { id } })).toMatchObject({
      kind: "clone",
      severity: "high",
      status: "open",
      agentId,
      details: clone.details,
    });
    await project();
    expect(await entriesAbout(id)).toEqual(["incident", "agent_suspended"]);
  });

  test("found again and again is one open incident", async () => {
    const first = await suspendForIncident(agentId, clone);
    expect(await suspendForIncident(agentId, clone)).toBe(first);
    expect(await db.incident.count({ where: { agentId } })).toBe(1);
  });

  test("found by several calls at once is one open incident", async () => {
    const ids = await Promise.all([1, 2, 3].map(() => suspendForIncident(agentId, clone)));
    expect(new Set(ids).size).toBe(1);
    expect(await db.incident.count({ where: { agentId } })).toBe(1);
  });

  test("an agent that was resumed and diverges again is suspended again, with an incident of its own", async () => {
    const first = await suspendForIncident(agentId, clone);
    await changeControl("system", async (tx) => {
      await tx.agent.update({ where: { id: agentId }, data: { status: "active" } });
      return {
        result: null,
        changes: [{ kind: "agent", ref: agentId }],
        events: [{ kind: "agent_resumed", agent: agentId }],
      };
    });
    expect(await suspendForIncident(agentId, clone)).not.toBe(first);
    expect((await db.agent.findUniqueOrThrow({ where: { id: agentId } })).status).toBe("suspended");
  });

  test("an agent that is not active keeps its status", async () => {
    const draft = await agent(robin.personId, "draft");
    await suspendForIncident(draft, clone);
    expect((await db.agent.findUniqueOrThrow({ where: { id: draft } })).status).toBe("draft");
    expect(await db.incident.count({ where: { agentId: draft } })).toBe(1);
  });
});

describe("an incident", () => {
  test("carries its details in the log, encrypted, and never in the open", async () => {
    const id = await recordIncident({ ...clone, agentId, details: { seen: "a secret place" } });
    await project();
    const { rows } = await owner.query(
      "SELECT v.lane, v.seq, convert_from(e.header, 'UTF8') AS header FROM entry_view v JOIN audit.entry e USING (lane, seq) WHERE v.ref = $1",
      [id],
    );
    expect(rows[0].header).not.toContain("secret");
    const payload = await readPayload(BigInt(rows[0].lane), BigInt(rows[0].seq));
    expect(payload).toEqual({ title: clone.title, severity: "high", details: { seen: "a secret place" } });
  });

  test("is closed once, with a comment, by someone who may", async () => {
    const id = await recordIncident({ ...clone, agentId });
    await expect(closeIncident(robin, id, { comment: "fine" })).rejects.toMatchObject({ code: "forbidden" });
    await closeIncident(compliance, id, { comment: "key rotated, second host removed" });
    await expect(closeIncident(compliance, id, { comment: "again" })).rejects.toMatchObject({ code: "conflict" });
    await project();
    expect(await readIncident(compliance, id)).toMatchObject({
      status: "closed",
      closedBy: { name: "cleo" },
      closeComment: "key rotated, second host removed",
    });
    expect(await entriesAbout(id)).toEqual(["incident", "incident_closed"]);
    expect((await db.agent.findUniqueOrThrow({ where: { id: agentId } })).status).toBe("active");
  });

  test("T44 of another owner's agent does not exist for an owner, and does for compliance", async () => {
    const other = await person("olga", ["owner"]);
    const id = await recordIncident({ ...clone, agentId });
    await expect(readIncident(other, id)).rejects.toMatchObject({ code: "not_found" });
    expect((await listIncidents(other, all)).items).toEqual([]);
    expect((await readIncident(robin, id)).id).toBe(id);
    expect((await listIncidents(compliance, all)).items.map((one) => one.id)).toContain(id);
  });

  test("is listed newest first, a page at a time, each once", async () => {
    const mine = await agent(robin.personId, "active");
    const made: string[] = [];
    for (let at = 0; at < 5; at++)
      made.push(await recordIncident({ ...clone, agentId: mine, kind: at % 2 ? "clone" : "outcome_mismatch" }));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listIncidents(compliance, { ...all, agent: mine, limit: 2, cursor });
      expect(page.total).toBe(5);
      seen.push(...page.items.map((one) => one.id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual(made.reverse());
  });
});
