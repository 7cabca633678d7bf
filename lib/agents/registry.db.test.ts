import pg from "pg";
import { beforeAll, describe, expect, test } from "vitest";
import { readHeader } from "@/lib/audit/entry";
import type { Actor } from "@/lib/auth/actor";
import { db, pool } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { parse } from "@/lib/http/route";
import { newId } from "@/lib/ids";
import { ensurePolicy } from "@/lib/policy/publish";
import { testDatabase } from "@/lib/testing/database";
import { testLane, testLog } from "@/lib/testing/lane";
import { testPerson } from "@/lib/testing/people";
import { activateAgent } from "./activate";
import { acceptTransfer, cancelTransfer, declineTransfer } from "./answer-transfer";
import { createVersion } from "./create-version";
import { editAgent } from "./edit";
import { importAgents } from "./import-agents";
import { issueCredential } from "./issue-credential";
import { promoteVersion } from "./promote-version";
import { getAgent, getCredential, listAgents, listCredentials, listTransfersTo, listVersions } from "./queries";
import { registerAgent } from "./register";
import { requestTransfer } from "./request-transfer";
import { retireAgent } from "./retire";
import { revokeCredential } from "./revoke-credential";
import { rotateCredential } from "./rotate-credential";
import { agentFilter, editInput, registerInput, rotateInput, stopInput } from "./schema";
import { stopAgents } from "./stop";
import { suspendAgent } from "./suspend";

const { ownerUrl } = await testDatabase();

let admin: Actor;
let olga: Actor;
let omar: Actor;
let viewer: Actor;
let compliance: Actor;

beforeAll(async () => {
  await testLog(ownerUrl);
  await ensurePolicy("system");
  admin = await testPerson("Ada Admin", "admin");
  olga = await testPerson("Olga Owner", "owner");
  omar = await testPerson("Omar Owner", "owner");
  viewer = await testPerson("Vera Viewer", "viewer");
  compliance = await testPerson("Cara Compliance", "compliance");
});

let number = 0;
function body(owner: Actor, change: Record<string, unknown> = {}) {
  return {
    name: `agent ${++number}`,
    purpose: "answers mail",
    ownerEmail: owner.email,
    environment: "production",
    riskClass: "limited",
    tier: "T2",
    mandate: { tools: ["mail.send"], recipients: ["*@countersign.test"] },
    version: { label: "v1", model: "a model", provider: "a provider" },
    ...change,
  };
}

async function draft(owner: Actor, change: Record<string, unknown> = {}): Promise<string> {
  return (await registerAgent(owner, registerInput.parse(body(owner, change)))).id;
}

async function active(owner: Actor, change: Record<string, unknown> = {}): Promise<string> {
  const id = await draft(owner, change);
  await activateAgent(owner, id, "goes live");
  return id;
}

async function refused(attempt: Promise<unknown>): Promise<AppError> {
  const error = await attempt.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw error ?? new Error("nothing was refused");
  return error;
}

/** Headers of the console entries about an agent, oldest first. */
async function entriesAbout(agent: string) {
  const { rows } = await pool().query<{ header: Buffer }>(
    "SELECT e.header FROM audit.entry e JOIN audit.lane l USING (lane) WHERE l.kind = 'console' ORDER BY e.seq",
  );
  return rows.map((row) => readHeader(row.header)).filter((header) => header.agent === agent);
}

async function openApproval(agentId: string, owner: Actor): Promise<string> {
  const lane = await testLane();
  await lane.write({
    kind: "decision",
    agent: agentId,
    outcome: "approval_required",
    open: {
      agent: agentId,
      owner: owner.personId,
      tool: "mail.send",
      effect: "external",
      reversible: false,
      digest: "00".repeat(32),
      policyHash: "sha256:0",
      quorum: 1,
      groups: [],
      stepUp: false,
      codes: ["tier.approval_required"],
      slaSeconds: 3600,
      expiresIn: 86400,
      sample: false,
    },
  });
  const row = await db.approval.findFirstOrThrow({ where: { agentId }, orderBy: { requestedAt: "desc" } });
  return row.id;
}

describe("who sees and who changes", () => {
  test("an owner cannot see another owner's agent: the answer is the same 404 as for none", async () => {
    const id = await draft(olga);
    const none = newId("agt");
    for (const read of [
      getAgent,
      listVersions,
      (actor: Actor, agent: string) => listCredentials(actor, agent, new Date()),
    ]) {
      const foreign = await refused(read(omar, id));
      const missing = await refused(read(omar, none));
      expect([foreign.code, foreign.message]).toEqual(["not_found", missing.message]);
    }
    for (const change of [
      (agent: string) => editAgent(omar, agent, editInput.parse({ purpose: "mine now" })),
      (agent: string) => activateAgent(omar, agent, "mine now"),
      (agent: string) => suspendAgent(omar, agent, "mine now"),
      (agent: string) => retireAgent(omar, agent, "mine now"),
      (agent: string) => requestTransfer(omar, agent, { ownerEmail: omar.email, reason: "mine now" }),
      (agent: string) => createVersion(omar, agent, { label: "v2", model: "m", provider: "p" }),
      (agent: string) => issueCredential(omar, agent, { type: "secret" }),
      (agent: string) => stopAgents(omar, stopInput.parse({ scope: "agent", id: agent, reason: "mine now" })),
    ]) {
      const foreign = await refused(change(id));
      const missing = await refused(change(none));
      expect([foreign.code, foreign.message]).toEqual(["not_found", missing.message]);
    }
    const page = await listAgents(omar, agentFilter.parse({}));
    expect(page.items.map((agent) => agent.id)).not.toContain(id);
  });

  test("a viewer sees every agent and changes none", async () => {
    const id = await draft(olga);
    expect((await getAgent(viewer, id)).may).toEqual({ change: false, credentials: false, stop: false, resume: false });
    expect((await refused(editAgent(viewer, id, { purpose: "another" }))).code).toBe("forbidden");
    expect((await refused(issueCredential(viewer, id, { type: "secret" }))).code).toBe("forbidden");
  });

  test("a backup owner may do what the owner may", async () => {
    const id = await draft(olga, { backupOwnerEmail: omar.email });
    await editAgent(omar, id, editInput.parse({ purpose: "answers letters" }));
    expect((await getAgent(omar, id)).purpose).toBe("answers letters");
  });

  test("an owner registers for themselves only; an administrator for anyone with the role", async () => {
    expect((await refused(registerAgent(olga, registerInput.parse(body(omar))))).code).toBe("forbidden");
    const { id } = await registerAgent(admin, registerInput.parse(body(omar)));
    expect((await getAgent(omar, id)).ownerEmail).toBe(omar.email);
    const wrong = await refused(registerAgent(admin, registerInput.parse(body(viewer))));
    expect(wrong.fields).toEqual([{ path: "/ownerEmail", message: "this person does not have the role `owner`" }]);
  });
});

describe("registering and editing", () => {
  test("a name is given once, and the refusal stands at the field", async () => {
    const id = await draft(olga, { name: "the one and only" });
    const error = await refused(registerAgent(omar, registerInput.parse(body(omar, { name: "the one and only" }))));
    expect([error.status, error.fields[0]?.path]).toEqual([409, "/name"]);
    const other = await draft(olga);
    expect((await refused(editAgent(olga, other, { name: "the one and only" }))).fields[0]?.path).toBe("/name");
    await editAgent(olga, id, { name: "the one" });
  });

  test("an agent of high risk echoes, whatever was asked before", async () => {
    const id = await draft(olga, { riskClass: "high" });
    expect((await getAgent(olga, id)).echoMode).toBe("enforce");
    expect((await refused(editAgent(olga, id, { echoMode: "off" }))).fields[0]?.path).toBe("/echoMode");
    const raised = await draft(olga, { echoMode: "off" });
    await editAgent(olga, raised, { riskClass: "high" });
    expect((await getAgent(olga, raised)).echoMode).toBe("enforce");
  });

  test.each([
    [
      "an amount finer than its currency",
      { budgets: [{ window: "day", amount: "10.001", currency: "EUR" }] },
      "/mandate/budgets/0",
    ],
    [
      "a currency that does not exist",
      { budgets: [{ window: "day", amount: "10.00", currency: "EUX" }] },
      "/mandate/budgets/0",
    ],
    [
      "a time zone that does not exist",
      { hours: [{ timeZone: "Europe/Nowhere", days: ["mon"], from: "08:00", to: "09:00" }] },
      "/mandate/hours/0",
    ],
  ])("%s is refused at its field", async (_, part, path) => {
    const error = await refused(
      registerAgent(olga, registerInput.parse(body(olga, { mandate: { tools: [], ...part } }))),
    );
    expect(error.status).toBe(400);
    expect(error.fields[0]?.path.startsWith(path)).toBe(true);
  });

  test.each([
    [
      "a negative amount",
      { budgets: [{ window: "day", amount: "-1.00", currency: "EUR" }] },
      "/mandate/budgets/0/amount",
    ],
    ["an exponent", { budgets: [{ window: "day", amount: "1e3", currency: "EUR" }] }, "/mandate/budgets/0/amount"],
    ["a look-alike tool name", { tools: ["mаil.send"] }, "/mandate/tools/0"],
  ])("%s is not a mandate", (_, part, path) => {
    const result = registerInput.safeParse(body(olga, { mandate: { tools: [], ...part } }));
    expect(result.error?.issues[0]?.path).toEqual(
      path
        .slice(1)
        .split("/")
        .map((key) => (/^\d+$/.test(key) ? Number(key) : key)),
    );
  });

  test.each(["name\u202Etxt", "zero\u200Bwidth", "line\nbreak", "\u0000", "   "])(
    "a name that hides something is refused: %j",
    (name) => {
      expect(registerInput.safeParse(body(olga, { name })).success).toBe(false);
    },
  );

  test("T12 an operator object or an array in any text field is refused before it reaches the database", () => {
    const whole = body(olga, {
      backupOwnerEmail: omar.email,
      contractId: "c",
      echoMode: "warn",
      version: {
        label: "v1",
        model: "m",
        provider: "p",
        promptHash: "0".repeat(64),
        toolsHash: "0".repeat(64),
        codeVersion: "c",
      },
    }) as Record<string, unknown>;
    const hostile = [{ not: "" }, { contains: "a" }, { equals: null }, ["a"], [{ not: "" }], { $ne: "" }];
    const paths = textPaths(whole);
    expect(paths.length).toBeGreaterThan(15);
    for (const path of paths) {
      for (const value of hostile) {
        const error = thrown(() => parse(registerInput, withValue(whole, path, value), "body"));
        expect([error?.code, error?.status, path.join("/")]).toEqual(["invalid_request", 400, path.join("/")]);
      }
    }
    for (const value of hostile) {
      for (const name of ["q", "status", "tier", "environment", "riskClass", "owner", "sort", "cursor"]) {
        expect(agentFilter.safeParse({ [name]: value }).success).toBe(false);
      }
      for (const schema of [editInput, rotateInput, stopInput]) {
        expect(
          schema.safeParse({ name: value, reason: value, scope: value, id: value, expiresAt: value }).success,
        ).toBe(false);
      }
    }
  });
});

describe("the life of an agent", () => {
  test("a draft acts only after it is activated; suspending and resuming go back and forth", async () => {
    const id = await draft(olga);
    expect((await refused(suspendAgent(olga, id, "too early"))).status).toBe(409);
    await activateAgent(olga, id, "goes live");
    await suspendAgent(olga, id, "odd mails");
    expect((await getAgent(olga, id)).statusReason).toBe("odd mails");
    await activateAgent(olga, id, "mails explained");
    expect((await getAgent(olga, id)).status).toBe("active");
    expect((await entriesAbout(id)).map((entry) => entry.kind)).toEqual([
      "agent_registered",
      "agent_activated",
      "agent_suspended",
      "agent_resumed",
    ]);
  });

  test("a retired agent never becomes active again, not even by hand", async () => {
    const id = await active(olga);
    const { id: credential } = await issueCredential(olga, id, { type: "secret" });
    await retireAgent(olga, id, "no longer needed");
    expect((await refused(activateAgent(admin, id, "once more"))).status).toBe(409);
    expect((await refused(editAgent(admin, id, { purpose: "another" }))).status).toBe(409);
    expect((await refused(issueCredential(admin, id, { type: "secret" }))).status).toBe(409);
    expect((await getCredential(olga, credential, new Date())).state).toBe("revoked");
    await expect(pool().query("UPDATE agent SET status = 'active' WHERE id = $1", [id])).rejects.toThrow(/retired/);
  });

  test("an agent whose owner is no longer active cannot be activated", async () => {
    const leaver = await testPerson("Lena Leaver", "owner");
    const id = await draft(leaver);
    const owner = new pg.Client({ connectionString: ownerUrl });
    await owner.connect();
    await owner.query("BEGIN");
    await owner.query("UPDATE person SET active = false WHERE id = $1", [leaver.personId]);
    await owner.query("SELECT audit.change_control(ARRAY['person'], ARRAY[$1])", [leaver.personId]);
    await owner.query("COMMIT");
    await owner.end();
    expect((await refused(activateAgent(admin, id, "goes live"))).message).toContain("owner is no longer active");
  });

  test("suspending voids every open approval of the agent, and only of it", async () => {
    const id = await active(olga);
    const other = await active(olga);
    const pending = await openApproval(id, olga);
    const untouched = await openApproval(other, olga);
    const result = await suspendAgent(olga, id, "odd mails");
    expect(result.approvalsVoided).toBe(1);
    expect(await db.approval.findUniqueOrThrow({ where: { id: pending } })).toMatchObject({
      status: "voided",
      statusReason: "the agent was suspended",
    });
    expect((await db.approval.findUniqueOrThrow({ where: { id: untouched } })).status).toBe("pending");
    expect((await entriesAbout(id)).slice(-2).map((entry) => [entry.kind, entry.approvalId])).toEqual([
      ["agent_suspended", undefined],
      ["approval_voided", pending],
    ]);
  });

  test("an owner cannot resume what somebody above them stopped; an administrator can", async () => {
    const id = await active(olga);
    await stopAgents(compliance, stopInput.parse({ scope: "agent", id, reason: "drill" }));
    expect((await getAgent(olga, id)).may.resume).toBe(false);
    expect((await refused(activateAgent(olga, id, "please"))).code).toBe("forbidden");
    await activateAgent(admin, id, "drill is over");
    expect((await getAgent(olga, id)).stopped).toBe(false);
  });

  test("stopping an owner's agents stops all that are active, with one move of the epoch", async () => {
    const owner = await testPerson("Stan Stopped", "owner");
    const ids = [await active(owner), await active(owner)];
    const idle = await draft(owner);
    const before = await epoch();
    const result = await stopAgents(owner, stopInput.parse({ scope: "owner", id: owner.personId, reason: "holiday" }));
    expect(result.stopped.map((agent) => agent.id).sort()).toEqual(ids.sort());
    expect(await epoch()).toBe(before + 1n);
    expect((await getAgent(owner, idle)).status).toBe("draft");
    expect((await refused(stopAgents(owner, stopInput.parse({ scope: "fleet", reason: "all of them" })))).code).toBe(
      "forbidden",
    );
  });
});

describe("transfer", () => {
  test("a transfer takes effect only when the person it was offered to accepts it", async () => {
    const id = await active(olga);
    const { id: transfer } = await requestTransfer(olga, id, { ownerEmail: omar.email, reason: "moves to his team" });
    expect((await getAgent(olga, id)).ownerEmail).toBe(olga.email);
    expect((await refused(getAgent(omar, id))).code).toBe("not_found");
    expect((await listTransfersTo(omar)).map((one) => one.id)).toContain(transfer);
    for (const other of [olga, admin, viewer])
      expect((await refused(acceptTransfer(other, transfer))).code).toBe("not_found");
    await acceptTransfer(omar, transfer);
    expect((await getAgent(omar, id)).ownerEmail).toBe(omar.email);
    expect((await refused(getAgent(olga, id))).code).toBe("not_found");
    expect((await refused(acceptTransfer(omar, transfer))).status).toBe(409);
  });

  test("a declined or cancelled transfer leaves the owner, and another can follow", async () => {
    const id = await active(olga);
    const first = await requestTransfer(olga, id, { ownerEmail: omar.email, reason: "moves" });
    expect((await refused(requestTransfer(olga, id, { ownerEmail: omar.email, reason: "again" }))).status).toBe(409);
    await declineTransfer(omar, first.id);
    const second = await requestTransfer(olga, id, { ownerEmail: omar.email, reason: "once more" });
    expect((await refused(cancelTransfer(viewer, second.id))).code).toBe("forbidden");
    await cancelTransfer(olga, second.id);
    expect((await refused(acceptTransfer(omar, second.id))).status).toBe(409);
    expect((await getAgent(olga, id)).ownerEmail).toBe(olga.email);
  });

  test("a backup owner who accepts leaves the place of the backup empty", async () => {
    const id = await active(olga, { backupOwnerEmail: omar.email });
    const { id: transfer } = await requestTransfer(omar, id, { ownerEmail: omar.email, reason: "takes over" });
    await acceptTransfer(omar, transfer);
    expect(await getAgent(omar, id)).toMatchObject({ ownerEmail: omar.email, backupOwnerEmail: null });
  });
});

describe("versions", () => {
  test("versions are immutable and numbered; promoting chooses the current one, also back", async () => {
    const id = await active(olga);
    const second = await createVersion(olga, id, { label: "v2", model: "m2", provider: "p" });
    expect(second.number).toBe(2);
    expect((await getAgent(olga, id)).version?.number).toBe(1);
    await promoteVersion(olga, id, "2");
    expect((await getAgent(olga, id)).version?.id).toBe(second.id);
    await promoteVersion(olga, id, "1");
    expect((await listVersions(olga, id)).map((version) => [version.number, version.current])).toEqual([
      [2, false],
      [1, true],
    ]);
    await expect(db.agentVersion.update({ where: { id: second.id }, data: { model: "another" } })).rejects.toThrow();
    const owner = new pg.Client({ connectionString: ownerUrl });
    await owner.connect();
    await expect(owner.query("UPDATE agent_version SET model = 'another' WHERE id = $1", [second.id])).rejects.toThrow(
      /immutable/,
    );
    await owner.end();
  });

  test("a version of another agent cannot be promoted", async () => {
    const [id, other] = [await draft(olga), await draft(olga)];
    const version = (await listVersions(olga, other))[0];
    expect((await refused(promoteVersion(olga, id, version?.id ?? ""))).code).toBe("not_found");
  });
});

describe("credentials", () => {
  test("T02 the same secret can never be given to two agents, and a credential never changes hands", async () => {
    const [one, other] = [await draft(olga), await draft(olga)];
    const { id } = await issueCredential(olga, one, { type: "secret" });
    const { digest } = await db.credential.findUniqueOrThrow({ where: { id } });
    await expect(
      pool().query("INSERT INTO credential (id, agent_id, type, digest) VALUES ($1, $2, 'secret', $3)", [
        newId("crd"),
        other,
        Buffer.from(digest),
      ]),
    ).rejects.toThrow(/credential_digest_key/);
    await expect(pool().query("UPDATE credential SET agent_id = $2 WHERE id = $1", [id, other])).rejects.toThrow(
      /never serves another agent/,
    );
  });

  test("T03 no issued key is found anywhere in the database", async () => {
    const id = await draft(olga);
    const issued = await issueCredential(olga, id, { type: "secret" });
    const rotated = await rotateCredential(olga, issued.id, rotateInput.parse({}));
    const owner = new pg.Client({ connectionString: ownerUrl });
    await owner.connect();
    const { rows: tables } = await owner.query<{ name: string }>(
      "SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema IN ('public', 'audit')",
    );
    let bytes = 0;
    for (const { name } of tables) {
      const { rows } = await owner.query<{ dump: string | null }>(
        `SELECT string_agg(t::text, E'\\n') AS dump FROM ${name} t`,
      );
      const dump = rows[0]?.dump ?? "";
      bytes += dump.length;
      for (const { secret } of [issued, rotated]) {
        const part = secret.split("_").at(-1) ?? "";
        expect(part.length).toBe(59);
        for (const form of [
          part,
          part.slice(0, 52),
          Buffer.from(part).toString("hex"),
          Buffer.from(part.slice(0, 52)).toString("base64").slice(0, 60),
        ]) {
          expect(dump.includes(form)).toBe(false);
        }
      }
    }
    await owner.end();
    expect(bytes).toBeGreaterThan(1000);
  });

  test("a credential lives 90 days unless asked otherwise, and never more than 366", async () => {
    const id = await draft(olga);
    const { expiresAt } = await issueCredential(olga, id, { type: "secret" });
    const days = (Date.parse(expiresAt) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(90);
    for (const asked of ["2000-01-01T00:00:00Z", "2999-01-01T00:00:00Z"]) {
      expect((await refused(issueCredential(olga, id, { type: "secret", expiresAt: asked }))).fields[0]?.path).toBe(
        "/expiresAt",
      );
    }
  });

  test("rotation names a successor and ends the old one at the end of the overlap", async () => {
    const id = await draft(olga);
    const first = await issueCredential(olga, id, { type: "secret" });
    const second = await rotateCredential(olga, first.id, rotateInput.parse({ overlapSeconds: 600 }));
    const old = await getCredential(olga, first.id, new Date());
    expect([old.state, old.rotatedToId]).toEqual(["overlap", second.id]);
    expect(Date.parse(old.expiresAt ?? "") - Date.now()).toBeLessThanOrEqual(600_000);
    expect((await refused(rotateCredential(olga, first.id, rotateInput.parse({})))).status).toBe(409);
    await revokeCredential(olga, second.id);
    expect((await getCredential(olga, second.id, new Date())).state).toBe("revoked");
    expect((await refused(revokeCredential(olga, second.id))).status).toBe(409);
    await expect(pool().query("UPDATE credential SET revoked_at = NULL WHERE id = $1", [second.id])).rejects.toThrow(
      /ends earlier/,
    );
  });

  test("another owner cannot tell a foreign credential from none", async () => {
    const id = await draft(olga);
    const { id: credential } = await issueCredential(olga, id, { type: "secret" });
    for (const use of [
      revokeCredential,
      (actor: Actor, one: string) => rotateCredential(actor, one, rotateInput.parse({})),
    ]) {
      const foreign = await refused(use(omar, credential));
      const missing = await refused(use(omar, newId("crd")));
      expect([foreign.code, foreign.message]).toEqual([missing.code, missing.message]);
    }
  });
});

describe("the log", () => {
  test("every change of an agent writes exactly one entry", async () => {
    const id = await draft(olga);
    const { id: credential } = await issueCredential(olga, id, { type: "secret" });
    await activateAgent(olga, id, "goes live");
    await editAgent(olga, id, { purpose: "answers letters" });
    await createVersion(olga, id, { label: "v2", model: "m", provider: "p" });
    await promoteVersion(olga, id, "2");
    await rotateCredential(olga, credential, rotateInput.parse({}));
    await revokeCredential(olga, credential);
    const { id: transfer } = await requestTransfer(olga, id, { ownerEmail: omar.email, reason: "moves" });
    await acceptTransfer(omar, transfer);
    await suspendAgent(omar, id, "odd mails");
    await activateAgent(omar, id, "explained");
    await stopAgents(omar, stopInput.parse({ scope: "agent", id, reason: "drill" }));
    await retireAgent(omar, id, "no longer needed");
    expect((await entriesAbout(id)).map((entry) => entry.kind)).toEqual([
      "agent_registered",
      "credential_issued",
      "agent_activated",
      "agent_changed",
      "version_created",
      "version_promoted",
      "credential_rotated",
      "credential_revoked",
      "transfer_requested",
      "agent_transferred",
      "agent_suspended",
      "agent_resumed",
      "agent_stopped",
      "agent_retired",
    ]);
  });

  test("a change and its entry stand or fall together: when the log refuses, nothing happened", async () => {
    const id = await active(olga);
    const pending = await openApproval(id, olga);
    const owner = new pg.Client({ connectionString: ownerUrl });
    await owner.connect();
    await owner.query("REVOKE INSERT ON audit.entry FROM app_rw");
    try {
      await expect(suspendAgent(olga, id, "odd mails")).rejects.toThrow();
      await expect(registerAgent(olga, registerInput.parse(body(olga, { name: "never was" })))).rejects.toThrow();
      await expect(issueCredential(olga, id, { type: "secret" })).rejects.toThrow();
      await expect(requestTransfer(olga, id, { ownerEmail: omar.email, reason: "moves" })).rejects.toThrow();
    } finally {
      await owner.query("GRANT INSERT ON audit.entry TO app_rw");
      await owner.end();
    }
    expect((await getAgent(olga, id)).status).toBe("active");
    expect((await db.approval.findUniqueOrThrow({ where: { id: pending } })).status).toBe("pending");
    expect(await db.agent.count({ where: { name: "never was" } })).toBe(0);
    expect(await listCredentials(olga, id, new Date())).toEqual([]);
    expect((await getAgent(olga, id)).pendingTransfer).toBeNull();
  });

  test("T05 every process is told which agent changed, in the transaction of the change", async () => {
    const id = await active(olga);
    const before = await epoch();
    await suspendAgent(olga, id, "odd mails");
    const { rows } = await pool().query<{ kind: string; ref: string }>(
      "SELECT kind, ref FROM audit.control_change WHERE epoch > $1",
      [before.toString()],
    );
    expect(rows).toEqual([{ kind: "agent", ref: id }]);
  });
});

describe("importing", () => {
  test("many agents are registered with one move of the epoch, or none of them", async () => {
    const before = await epoch();
    const imported = await importAgents("system", [
      { agent: registerInput.parse(body(olga)), status: "active", credential: {} },
      { agent: registerInput.parse(body(omar)), sampleAt: new Date("2026-01-01T00:00:00Z") },
    ]);
    expect(await epoch()).toBe(before + 1n);
    const [first, second] = imported as [(typeof imported)[number], (typeof imported)[number]];
    expect(first.credential?.secret).toMatch(/^cs_agt_/);
    expect(await getAgent(olga, first.id)).toMatchObject({ status: "active", sample: false });
    expect(await getAgent(omar, second.id)).toMatchObject({
      status: "draft",
      sample: true,
      createdAt: "2026-01-01T00:00:00.000Z",
    });
    expect((await entriesAbout(first.id)).map((entry) => entry.kind)).toEqual([
      "agent_registered",
      "agent_activated",
      "credential_issued",
    ]);
    expect((await entriesAbout(second.id))[0]?.sampleAt).toBe("2026-01-01T00:00:00.000Z");

    const taken = body(olga, { name: first.name });
    await refused(
      importAgents("system", [
        { agent: registerInput.parse(body(olga, { name: "left over" })) },
        { agent: registerInput.parse(taken) },
      ]),
    );
    expect(await db.agent.count({ where: { name: "left over" } })).toBe(0);
  });
});

describe("the list", () => {
  test("filters, searches, sorts and pages without losing or repeating an agent", async () => {
    const owner = await testPerson("Lina List", "owner");
    for (const name of ["list c", "list a", "list b", "list e", "list d"]) await draft(owner, { name });
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listAgents(
        admin,
        agentFilter.parse({ owner: owner.personId, limit: "2", ...(cursor ? { cursor } : {}) }),
      );
      expect(page.total).toBe(5);
      names.push(...page.items.map((agent) => agent.name));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(names).toEqual(["list a", "list b", "list c", "list d", "list e"]);
    const found = await listAgents(owner, agentFilter.parse({ q: "LIST C", sort: "-createdAt", status: "draft" }));
    expect(found.items.map((agent) => agent.name)).toEqual(["list c"]);
    expect(agentFilter.safeParse({ cursor: "not one" }).error?.issues[0]?.path).toEqual(["cursor"]);
  });
});

async function epoch(): Promise<bigint> {
  return BigInt((await pool().query<{ epoch: string }>("SELECT epoch FROM audit.control_epoch")).rows[0]?.epoch ?? 0);
}

function textPaths(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value === "string") return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    textPaths(member, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

function withValue(whole: unknown, path: (string | number)[], value: unknown): unknown {
  const copy = structuredClone(whole) as Record<string, unknown>;
  let at: Record<string | number, unknown> = copy;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  at[path.at(-1) as string] = value;
  return copy;
}

function thrown(run: () => unknown): AppError | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
