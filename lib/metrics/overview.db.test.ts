import { beforeAll, expect, test } from "vitest";
import { changeControl } from "@/lib/audit/append";
import { project } from "@/lib/audit/project";
import type { Actor } from "@/lib/auth/actor";
import { permissionsOf } from "@/lib/auth/permissions";
import { db } from "@/lib/db";
import { newId } from "@/lib/ids";
import { recordIncident } from "@/lib/incidents/open";
import { testDatabase } from "@/lib/testing/database";
import { testLane, testLog } from "@/lib/testing/lane";
import { readOverview } from "./queries";

const { ownerUrl } = await testDatabase();
const now = new Date("2026-11-22T10:30:00Z");
const inDays = (days: number) => new Date(now.getTime() + days * 86_400_000);

let robin: Actor;
let olga: Actor;
let auditor: Actor;
let viewer: Actor;
let gone: Actor;

beforeAll(async () => {
  await testLog(ownerUrl);
  [robin, olga, auditor, viewer, gone] = [
    await person("Robin", "owner"),
    await person("Olga", "owner"),
    await person("Aud", "auditor"),
    await person("Vi", "viewer"),
    await person("Gone", "owner"),
  ];
  const payer = await agent("Payer", robin, "T3", "active", [inDays(5)]);
  const mailer = await agent("Mailer", olga, "T2", "active", [inDays(200)]);
  await agent("Keyless", olga, "T2", "active", [inDays(-1)]);
  await agent("Orphan", gone, "T0", "draft", []);
  await changeControl("system", async (tx) => {
    await tx.person.update({ where: { id: gone.personId }, data: { active: false } });
    return {
      result: null,
      changes: [{ kind: "person", ref: gone.personId }],
      events: [{ kind: "person_deactivated", ref: gone.personId }],
    };
  });
  const lane = await testLane();
  const decision = (
    agentId: string,
    outcome: string,
    at: string,
    tool = "payments.transfer",
    codes: string[] = [],
  ) => ({ kind: "decision" as const, agent: agentId, outcome, tool, codes, sampleAt: at });
  await lane.write(
    decision(payer, "allow", "2026-11-22T09:10:00.000Z"),
    decision(payer, "deny", "2026-11-22T09:20:00.000Z"),
    decision(payer, "deny", "2026-11-21T23:59:59.000Z"),
    decision(mailer, "deny", "2026-11-22T10:05:00.000Z", "mail.send"),
    decision(mailer, "deny", "2026-11-22T10:06:00.000Z", "mail.send"),
    decision(mailer, "deny", "2026-11-22T10:07:00.000Z", "shell.exec", ["tool.unsanctioned"]),
    decision(mailer, "approval_required", "2026-11-02T10:07:00.000Z"),
  );
  for (const [agentId, minutes] of [
    [payer, 5],
    [mailer, 90],
  ] as const) {
    await db.approval.create({
      data: {
        id: newId("agt").replace("agt", "apr"),
        lane: 1000n + BigInt(minutes),
        seq: 1n,
        agentId,
        ownerId: agentId === payer ? robin.personId : olga.personId,
        tool: "payments.transfer",
        effect: "financial",
        reversible: false,
        actionDigest: Buffer.alloc(32),
        policyHash: "sha256:0",
        quorum: 1,
        groups: ["finance"],
        codes: [],
        requestedAt: new Date(now.getTime() - minutes * 60_000),
        dueAt: new Date(now.getTime() - 60_000),
        expiresAt: new Date(Date.now() + 86_400_000),
      },
    });
  }
  await recordIncident({ kind: "clone", title: "one credential, two places", details: {}, agentId: mailer });
  await project();
});

async function person(name: string, role: string): Promise<Actor> {
  const id = newId("per");
  await db.person.create({ data: { id, email: `${name.toLowerCase()}@example.com`, name, roles: [role] } });
  return {
    personId: id,
    email: "",
    name,
    roles: [role],
    groups: [],
    permissions: permissionsOf([role]),
    via: "session",
    mayVote: true,
  };
}

async function agent(name: string, owner: Actor, tier: string, status: string, credentials: Date[]): Promise<string> {
  const id = newId("agt");
  return changeControl("system", async (tx) => {
    await tx.agent.create({
      data: {
        id,
        name,
        purpose: "tests",
        ownerId: owner.personId,
        environment: "test",
        riskClass: "limited",
        tier,
        status,
        mandate: {},
      },
    });
    for (const expiresAt of credentials)
      await tx.credential.create({
        data: { id: newId("crd"), agentId: id, digest: Buffer.from(newId("crd")), expiresAt },
      });
    return { result: id, changes: [{ kind: "agent", ref: id }], events: [{ kind: "agent_registered", agent: id }] };
  });
}

test("whoever sees every agent gets every agent's numbers", async () => {
  const overview = await readOverview(auditor, "24h", now);
  expect(overview.total).toEqual({ allow: 1, deny: 5, approval_required: 0 });
  expect(overview.today).toEqual({ allow: 1, deny: 4, approval_required: 0 });
  expect(overview.refused).toEqual([
    { tool: "mail.send", count: 2 },
    { tool: "payments.transfer", count: 2 },
    { tool: "shell.exec", count: 1 },
  ]);
  expect(overview.approvals).toMatchObject({ waiting: 2, overdue: 2, oldestAt: "2026-11-22T09:00:00.000Z" });
  expect(overview.approvals?.ages.map((band) => band.count)).toEqual([1, 0, 1, 0, 0]);
  expect(overview.agents?.find((row) => row.tier === "T2")).toEqual({
    tier: "T2",
    draft: 0,
    active: 2,
    suspended: 0,
    retired: 0,
  });
  expect(overview).toMatchObject({ own: false, mayExplore: true, lagSeconds: 0 });
});

test("T44 an owner gets the numbers of own agents alone", async () => {
  const overview = await readOverview(robin, "24h", now);
  expect(overview.total).toEqual({ allow: 1, deny: 2, approval_required: 0 });
  expect(overview.refused).toEqual([{ tool: "payments.transfer", count: 2 }]);
  expect(overview.approvals?.waiting).toBe(1);
  expect(overview.agents?.reduce((sum, row) => sum + row.active + row.draft, 0)).toBe(1);
  expect(overview.problems.map((problem) => problem.kind)).toEqual(["credential_expiring"]);
  expect(JSON.stringify(overview)).not.toMatch(/Mailer|Keyless|Orphan|shell\.exec|mail\.send/);
});

test("T44 a viewer gets no numbers of what a viewer may not open", async () => {
  const overview = await readOverview(viewer, "24h", now);
  expect(overview.approvals).toBeNull();
  expect(overview.mayExplore).toBe(false);
  expect(overview.problems.map((problem) => problem.kind)).not.toContain("incident");
});

test("problems name the first cases and lead to them", async () => {
  const { problems } = await readOverview(auditor, "24h", now);
  expect(problems.map(({ kind, count }) => [kind, count])).toEqual([
    ["incident", 1],
    ["owner_missing", 1],
    ["no_credential", 1],
    ["credential_expiring", 1],
    ["unsanctioned", 1],
  ]);
  const of = (kind: string) => problems.find((problem) => problem.kind === kind)?.first[0];
  expect(of("owner_missing")).toMatchObject({ label: "Orphan", detail: "Gone was deactivated" });
  expect(of("no_credential")?.label).toBe("Keyless");
  expect(of("credential_expiring")).toMatchObject({ label: "Payer", detail: "ends 2026-11-27" });
  expect(of("unsanctioned")).toMatchObject({ label: "shell.exec", detail: "1 time by Mailer" });
  expect(of("incident")?.href).toMatch(/^\/incidents\/inc_/);
});

test("a longer period holds older decisions, by the day, and gaps before the log began", async () => {
  const overview = await readOverview(auditor, "30d", now);
  expect(overview.unit).toBe("day");
  expect(overview.total.approval_required).toBe(1);
  expect(overview.buckets.at(-1)).toEqual({ at: "2026-11-22T00:00:00.000Z", allow: 1, approval_required: 0, deny: 4 });
  expect(overview.buckets[0]).toMatchObject({ at: "2026-10-24T00:00:00.000Z", allow: null });
  expect(overview.buckets.find((bucket) => bucket.at.startsWith("2026-11-10"))).toMatchObject({ allow: 0 });
});
