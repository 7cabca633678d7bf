import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pseudonymOf } from "@/lib/audit/actors";
import { changeControl } from "@/lib/audit/append";
import type { HeaderFacts } from "@/lib/audit/entry";
import { project } from "@/lib/audit/project";
import type { Actor } from "@/lib/auth/actor";
import { permissionsOf } from "@/lib/auth/permissions";
import { db } from "@/lib/db";
import { entryId, newId } from "@/lib/ids";
import { testDatabase } from "@/lib/testing/database";
import { type TestEntry, type TestLane, testLane, testLog } from "@/lib/testing/lane";
import { checkLane } from "./check-lane";
import { listEntries, streamEntries } from "./list-entries";
import { openContent } from "./open-content";
import { readEntry } from "./read-entry";
import { entryQuery } from "./schema";

const { ownerUrl } = await testDatabase();
const owner = new pg.Client({ connectionString: ownerUrl });
const query = (more: Record<string, string> = {}) => entryQuery.parse({ limit: "200", ...more });

let robin: Actor;
let olga: Actor;
let auditor: Actor;
let admin: Actor;
let approver: Actor;
let robins: string;
let olgas: string;
let lane: TestLane;
let shown: string; // a decision of Robin's agent
let hidden: string; // a decision of Olga's agent

beforeAll(async () => {
  await owner.connect();
  await testLog(ownerUrl);
  robin = await person("Robin", ["owner"]);
  olga = await person("Olga", ["owner"]);
  auditor = await person("Aud", ["auditor"]);
  admin = await person("Ada", ["admin"]);
  approver = await person("Apple", ["approver"], ["finance"]);
  robins = await agent("Payer", robin);
  olgas = await agent("Mailer", olga);
  lane = await testLane();
  const [first] = await lane.write(decision(robins, { arguments: { memo: "the zebra account" } }));
  const [second] = await lane.write(decision(olgas, { arguments: { memo: "the giraffe account" } }));
  shown = entryId("dec", lane.lane, first as bigint);
  hidden = entryId("dec", lane.lane, second as bigint);
  await project();
});
afterAll(() => owner.end());

async function person(name: string, roles: string[], groups: string[] = []): Promise<Actor> {
  const id = newId("per");
  await db.person.create({ data: { id, email: `${name.toLowerCase()}@example.com`, name, roles } });
  return {
    personId: id,
    email: "",
    name,
    roles,
    groups,
    permissions: permissionsOf(roles),
    via: "session",
    mayVote: true,
  };
}

async function agent(name: string, of: Actor): Promise<string> {
  const id = newId("agt");
  return changeControl({ personId: of.personId }, async (tx) => {
    await tx.agent.create({
      data: {
        id,
        name,
        purpose: "tests",
        ownerId: of.personId,
        environment: "test",
        riskClass: "limited",
        tier: "T3",
        mandate: {},
      },
    });
    return {
      result: id,
      changes: [{ kind: "agent", ref: id }],
      events: [{ kind: "agent_registered", agent: id, payload: { name } }],
    };
  });
}

function decision(agentId: string, payload: TestEntry["payload"], more: Partial<HeaderFacts> = {}): TestEntry {
  return {
    kind: "decision",
    agent: agentId,
    tool: "payments.transfer",
    outcome: "deny",
    codes: ["tier.not_allowed"],
    payload,
    ...more,
  };
}

const viewed = async () =>
  (
    await owner.query(
      "SELECT count(*) AS n FROM audit.entry WHERE convert_from(header, 'UTF8')::json->>'kind' = 'payload_viewed'",
    )
  ).rows[0].n;
const tamper = async (sql: string, ...values: unknown[]) => {
  await owner.query("ALTER TABLE audit.entry DISABLE TRIGGER deny_change");
  const { rowCount } = await owner.query(sql, values);
  await owner.query("ALTER TABLE audit.entry ENABLE ALWAYS TRIGGER deny_change");
  expect(rowCount).toBe(1);
};

describe("the list", () => {
  test("names agents and people, and says who did what", async () => {
    const { items } = await listEntries(auditor, query({ kind: "agent_registered", agent: robins }));
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      id: expect.stringMatching(/^evt_/),
      agent: { name: "Payer" },
      actor: { id: robin.personId, name: "Robin" },
    });
  });

  test("counts what matches and pages through all of it", async () => {
    const whole = await listEntries(auditor, query());
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listEntries(auditor, query({ limit: "2", ...(cursor ? { cursor } : {}) }));
      expect(page).toMatchObject({ total: whole.items.length, more: false });
      seen.push(...page.items.map((one) => one.id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual(whole.items.map((one) => one.id));
  });

  test("filters by person, also by one the log does not know", async () => {
    const { items } = await listEntries(auditor, query({ person: robin.personId }));
    expect(items.map((one) => one.kind)).toEqual(["agent_registered"]);
    expect((await listEntries(auditor, query({ person: newId("per") }))).items).toEqual([]);
  });

  test("T44 shows an owner the entries of own agents and own deeds, and nobody else's", async () => {
    const { items } = await listEntries(robin, query());
    expect(items.map((one) => one.agent?.id ?? one.actor?.id)).toEqual(expect.arrayContaining([robins]));
    expect(items.some((one) => one.agent?.id === olgas)).toBe(false);
    expect((await listEntries(robin, query({ agent: olgas }))).items).toEqual([]);
  });

  test("T44 finds words only in content the actor may read", async () => {
    const found = async (actor: Actor, q: string) =>
      (await listEntries(actor, query({ q }))).items.map((one) => one.id);
    expect(await found(auditor, "giraffe")).toEqual([hidden]);
    expect(await found(robin, "zebra")).toEqual([shown]);
    expect(await found(robin, "giraffe")).toEqual([]);
    await expect(found(admin, "zebra")).rejects.toMatchObject({ code: "forbidden" });
  });

  test("streams the same entries in the same order", async () => {
    const streamed: string[] = [];
    for await (const rows of streamEntries(auditor, {})) streamed.push(...rows.map((row) => row.id));
    expect(streamed).toEqual((await listEntries(auditor, query())).items.map((one) => one.id));
  });
});

describe("an entry", () => {
  test("is shown with its place, its hash and its neighbors", async () => {
    const entry = await readEntry(auditor, shown);
    expect(entry).toMatchObject({
      id: shown,
      lane: Number(lane.lane),
      outcome: "deny",
      content: "stored",
      mayOpen: true,
      agent: { name: "Payer" },
    });
    expect(entry.chain.map((link) => [link.seq, link.hashFits, link.linkFits])).toEqual([
      [1, true, null],
      [2, true, true],
      [3, true, true],
    ]);
    expect(entry.leaf).toBe(entry.chain[1]?.leaf);
    expect(entry.prev).toBe(entry.chain[0]?.leaf);
  });

  test("T44 that an actor may not see answers like one that is not there", async () => {
    const nowhere = entryId("dec", 4000n, 1n);
    const refusal = (actor: Actor, id: string) =>
      readEntry(actor, id).then(
        () => null,
        (error) => `${error.code} ${error.message}`,
      );
    expect(await refusal(robin, hidden)).not.toBeNull();
    expect(await refusal(robin, hidden)).toBe(await refusal(robin, nowhere));
    expect(await refusal(robin, "dec_not_an_id")).toBe(await refusal(robin, nowhere));
    await expect(openContent(robin, hidden)).rejects.toMatchObject({ code: "not_found" });
    await expect(checkLane(robin, hidden)).rejects.toMatchObject({ code: "not_found" });
    expect((await readEntry(robin, shown)).id).toBe(shown);
  });

  test("that asked for approval is seen by whoever is asked, without its content", async () => {
    const [seq] = await lane.write(decision(olgas, { arguments: {} }, { outcome: "approval_required" }));
    const id = entryId("dec", lane.lane, seq as bigint);
    await expect(readEntry(approver, id)).rejects.toMatchObject({ code: "not_found" });
    await db.approval.create({
      data: {
        id: entryId("apr", lane.lane, seq as bigint),
        lane: lane.lane,
        seq: seq as bigint,
        agentId: olgas,
        ownerId: olga.personId,
        tool: "payments.transfer",
        effect: "financial",
        reversible: false,
        actionDigest: Buffer.alloc(32),
        policyHash: "sha256:0",
        quorum: 1,
        groups: ["finance"],
        codes: [],
        requestedAt: new Date(),
        expiresAt: new Date(Date.now() + 3_600_000),
      },
    });
    expect(await readEntry(approver, id)).toMatchObject({ id, mayOpen: false });
    await expect(openContent(approver, id)).rejects.toMatchObject({ code: "forbidden" });
  });

  test("gathers what happened later", async () => {
    const [report] = await lane.write({ kind: "outcome", agent: robins, ref: shown, outcome: "succeeded" });
    await project();
    expect((await readEntry(auditor, shown)).related.map((one) => one.id)).toContain(
      entryId("evt", lane.lane, report as bigint),
    );
  });
});

describe("content", () => {
  test("is opened only after the look is in the log", async () => {
    const before = Number(await viewed());
    const content = await openContent(auditor, shown);
    expect(content.fields).toEqual([{ name: "arguments", json: '{"memo":"the zebra account"}' }]);
    expect(Number(await viewed())).toBe(before + 1);
    await project();
    const looks = (await readEntry(auditor, shown)).related.filter((one) => one.kind === "payload_viewed");
    expect(looks.map((one) => one.actor?.name)).toEqual(["Aud"]);
    expect(await pseudonymOf(auditor.personId)).toMatch(/^act_/);
  });

  test("is refused, and no look recorded, without the permission", async () => {
    const before = await viewed();
    await expect(openContent(admin, shown)).rejects.toMatchObject({ code: "forbidden" });
    expect(await viewed()).toBe(before);
  });

  test("that was erased is gone, and the entry says so", async () => {
    const [seq] = await lane.write(decision(robins, { arguments: { memo: "to be erased" } }));
    const id = entryId("dec", lane.lane, seq as bigint);
    await owner.query("UPDATE audit.payload SET body = NULL, redacted_at = now() WHERE lane = $1 AND seq = $2", [
      lane.lane,
      seq,
    ]);
    expect(await readEntry(auditor, id)).toMatchObject({ content: "erased", mayOpen: false });
    await expect(openContent(auditor, id)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("checking a lane", () => {
  test("reads all of it and finds it intact, console lane included", async () => {
    const check = await checkLane(auditor, shown);
    expect(check).toMatchObject({ intact: true, fault: null, kind: "process", lane: lane.lane.toString() });
    expect(check.checked).toBe(check.entries);
    const { items } = await listEntries(auditor, query({ kind: "agent_registered" }));
    expect(await checkLane(auditor, items[0]?.id ?? "")).toMatchObject({ intact: true, kind: "console" });
  });

  test("T35 names the row and column of a byte that a superuser changed, and shows the broken link", async () => {
    const victim = await testLane();
    const written = await victim.write(...Array.from({ length: 8 }, () => decision(robins, undefined)));
    const place = [victim.lane.toString(), (written[3] as bigint).toString()] as const;
    const id = entryId("dec", victim.lane, written[4] as bigint);

    await tamper(
      "UPDATE audit.entry SET header = set_byte(header, 20, get_byte(header, 20) # 1) WHERE lane = $1 AND seq = $2",
      ...place,
    );
    expect(await checkLane(auditor, id)).toMatchObject({
      intact: false,
      checked: 4,
      fault: { table: "entry", seq: place[1], column: "header" },
    });

    await tamper(
      "UPDATE audit.entry SET header = set_byte(header, 20, get_byte(header, 20) # 1) WHERE lane = $1 AND seq = $2",
      ...place,
    );
    expect((await checkLane(auditor, id)).intact).toBe(true);

    await tamper(
      "UPDATE audit.entry SET leaf_hash = set_byte(leaf_hash, 31, get_byte(leaf_hash, 31) # 128) WHERE lane = $1 AND seq = $2",
      ...place,
    );
    expect(await checkLane(auditor, id)).toMatchObject({
      intact: false,
      fault: { seq: place[1], column: "leaf_hash" },
    });
    const { chain } = await readEntry(auditor, id);
    expect(chain.find((link) => link.seq === Number(place[1]))).toMatchObject({ hashFits: false, linkFits: true });
    expect(chain.find((link) => link.seq === Number(place[1]) + 1)).toMatchObject({ hashFits: true, linkFits: false });
  });

  test("T35 shows an entry beside one that is no longer readable", async () => {
    const victim = await testLane();
    const written = await victim.write(...Array.from({ length: 3 }, () => decision(robins, undefined)));
    await tamper(
      "UPDATE audit.entry SET header = overlay(header placing '\\x00' from 1) WHERE lane = $1 AND seq = $2",
      victim.lane.toString(),
      (written[1] as bigint).toString(),
    );
    const check = await checkLane(auditor, entryId("dec", victim.lane, written[0] as bigint));
    expect(check).toMatchObject({ intact: false, fault: { seq: "3", column: "header" } });
    expect(check.chain.map((link) => [link.kind, link.hashFits])).toContainEqual(["unreadable", false]);
  });

  test("T35 finds a removed row, in the middle and at the end", async () => {
    const victim = await testLane();
    const written = await victim.write(...Array.from({ length: 5 }, () => decision(robins, undefined)));
    const id = entryId("dec", victim.lane, written[0] as bigint);
    await tamper(
      "DELETE FROM audit.entry WHERE lane = $1 AND seq = $2",
      victim.lane.toString(),
      (written[4] as bigint).toString(),
    );
    expect(await checkLane(auditor, id)).toMatchObject({
      intact: false,
      fault: { seq: "6", column: "seq", message: "entry 6 is missing" },
    });
    await tamper(
      "DELETE FROM audit.entry WHERE lane = $1 AND seq = $2",
      victim.lane.toString(),
      (written[2] as bigint).toString(),
    );
    expect(await checkLane(auditor, id)).toMatchObject({ intact: false, fault: { seq: "4", column: "seq" } });
  });

  test("reads a lane of several batches", async () => {
    const long = await testLane();
    for (let at = 0; at < 10; at++) await long.write(...Array.from({ length: 250 }, () => decision(robins, undefined)));
    const check = await checkLane(auditor, entryId("dec", long.lane, 2n));
    expect(check).toMatchObject({ intact: true, checked: 2_501, entries: 2_501 });
  });
});
