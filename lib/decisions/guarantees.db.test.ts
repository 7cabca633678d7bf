import { createHash, randomUUID } from "node:crypto";
import fc from "fast-check";
import pg from "pg";
import { beforeAll, describe, expect, test } from "vitest";
import { currentCardDigest, review } from "@/lib/approvals/review";
import { changeControl } from "@/lib/audit/append";
import { readHeader } from "@/lib/audit/entry";
import { db, pool } from "@/lib/db";
import { canonicalize } from "@/lib/json";
import { testPerson } from "@/lib/testing/approvals";
import { type Answer, type Instance, startInstance, type TestAgent, testAgent, testPlane } from "@/lib/testing/plane";

/** Promises of the decision plane, over real HTTP, with two instances on one database. */
const { ownerUrl } = await testPlane();
const rounds = Number(process.env.COUNTERSIGN_ROUNDS ?? 12);

let one: Instance;
let two: Instance;
beforeAll(async () => {
  [one, two] = await Promise.all([startInstance(), startInstance()]);
});

const read = { tool: "files.read", arguments: { path: "/a" } };
const pay = (amount: string, to = "DE1") => ({ tool: "payments.transfer", arguments: { to, amount, currency: "EUR" } });

async function entriesOf(agent: TestAgent, kind?: string) {
  const { rows } = await pool().query<{ header: Buffer }>(
    "SELECT header FROM audit.entry WHERE position($1::bytea in header) > 0 ORDER BY lane, seq",
    [Buffer.from(`"agent":"${agent.id}"`)],
  );
  return rows.map((row) => readHeader(row.header)).filter((header) => kind === undefined || header.kind === kind);
}

async function asOwner<T>(run: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: ownerUrl });
  client.on("error", () => {});
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

describe("the caller", () => {
  test("a missing, unknown, wrong, truncated or foreign credential gets the same 401", async () => {
    const agent = await testAgent();
    const other = await testAgent();
    const swapped = `${agent.token.slice(0, 34)}${other.token.slice(34)}`;
    const answers = await Promise.all(
      [agent.token.slice(0, -1), `${agent.token}x`, swapped, "cs_agt_x", "", "cs_pat_x"].map((token) =>
        one.ask({ token }, read),
      ),
    );
    for (const answer of answers)
      expect({ status: answer.status, code: answer.body.code, detail: answer.body.detail }).toEqual({
        status: 401,
        code: "unauthenticated",
        detail: answers[0]?.body.detail,
      });
  });

  test("a credential works on every instance as soon as it was issued, and nowhere once it was revoked", async () => {
    const agent = await testAgent();
    expect((await one.ask(agent, read)).body.outcome).toBe("allow");
    expect((await two.ask(agent, read)).body.outcome).toBe("allow");
    await changeControl("system", async (tx) => {
      await tx.credential.update({ where: { id: agent.credentialId }, data: { revokedAt: new Date() } });
      return {
        result: null,
        changes: [{ kind: "credential", ref: agent.id }],
        events: [{ kind: "credential_revoked", agent: agent.id }],
      };
    });
    expect((await one.ask(agent, read)).status).toBe(401);
    expect((await two.ask(agent, read)).status).toBe(401);
  });

  test("T01 with the echo enforced, a second client with the same key is refused on its first call, and the agent is suspended with an incident", async () => {
    const agent = await testAgent({ echoMode: "enforce" });
    const first = await one.ask(agent, { ...read, context: { instanceId: "instance-a" } });
    expect(first.body.outcome).toBe("allow");
    const { lane, seq, leaf } = first.body.receipt as NonNullable<typeof first.body.receipt>;
    const next = await two.ask(agent, {
      ...read,
      context: { instanceId: "instance-a" },
      lastReceipt: { lane, seq, leaf, n: 1 },
    });
    expect(next.body.outcome).toBe("allow");
    const thief = await two.ask(agent, { ...read, context: { instanceId: "instance-b" } });
    expect([thief.status, thief.body.code]).toEqual([409, "chain_diverged"]);
    expect(await db.incident.count({ where: { agentId: agent.id, kind: "clone" } })).toBe(1);
    expect(await entriesOf(agent, "incident")).toHaveLength(1);
    const after = await one.ask(agent, {
      ...read,
      context: { instanceId: "instance-a" },
      lastReceipt: { lane, seq, leaf, n: 2 },
    });
    expect([after.body.outcome, after.body.reasons[0]?.code]).toEqual(["deny", "agent.suspended"]);
  });

  test("T01 a call number that was used before is a clone", async () => {
    const agent = await testAgent();
    const context = { instanceId: "instance-a" };
    const first = await one.ask(agent, { ...read, context });
    const { lane, seq, leaf } = first.body.receipt as NonNullable<typeof first.body.receipt>;
    expect((await one.ask(agent, { ...read, context, lastReceipt: { lane, seq, leaf, n: 7 } })).status).toBe(200);
    expect((await two.ask(agent, { ...read, context, lastReceipt: { lane, seq, leaf, n: 6 } })).status).toBe(200);
    expect((await two.ask(agent, { ...read, context, lastReceipt: { lane, seq, leaf, n: 7 } })).body.code).toBe(
      "chain_diverged",
    );
  });

  test("a receipt that the log does not have stops only the agent that sent it", async () => {
    const agent = await testAgent();
    const bystander = await testAgent();
    const forged = { lane: 1, seq: 999_999, leaf: Buffer.alloc(32).toString("base64"), n: 1 };
    expect((await one.ask(agent, { ...read, context: { instanceId: "i" }, lastReceipt: forged })).body.code).toBe(
      "log_rolled_back",
    );
    expect((await one.ask(agent, read)).body.outcome).toBe("deny");
    expect((await one.ask(bystander, read)).body.outcome).toBe("allow");
  });
});

describe("bad input", () => {
  test("T09 a document that is refused is answered 400 and is in the log; the agent is never given an allow", async () => {
    const agent = await testAgent();
    const documents = [
      '{"tool":"files.read","tool":"x"}',
      '{"tool":"files.read","arguments":{"__proto__":{}}}',
      '{"tool":"files.read","arguments":{"n":1e400}}',
      "[]",
      '{"tool":"files.read","extra":1}',
      '{"arguments":{}}',
      '{"tool":"Files.read"}',
      '{"tool":"f\u0456les.read"}',
    ];
    for (const document of documents) {
      const answer = await one.ask(agent, document);
      expect([answer.status, answer.body.outcome], document).toEqual([400, "deny"]);
    }
    expect(await entriesOf(agent, "invalid_input")).toHaveLength(documents.length);
    expect(await entriesOf(agent, "decision")).toHaveLength(0);
  });

  test("T10 confusable, invisible and folded tool names are refused, never taken for the real one", async () => {
    const agent = await testAgent();
    const names = [
      "Files.read",
      "FILES.READ",
      "files.read.",
      ".files.read",
      " files.read",
      "files.read ",
      "files\u200b.read",
      "files.read\u200d",
      "\ufefffiles.read",
      "f\u0456les.read",
      "files\u2024read",
      "files\uff0eread",
      "ﬁles.read",
      "files.re\u0430d",
      "files..read/",
      "files.read\u0000",
      "*",
      "files.*",
      "files.read\n",
      "../files.read",
      "files%2eread",
      "",
      "a".repeat(129),
    ];
    for (const name of names) {
      const answer = await one.ask(agent, { tool: name });
      expect(answer.body.outcome, JSON.stringify(name)).toBe("deny");
    }
  });

  test("T08 a body over 256 KiB is 413, nesting and members beyond the limits are 400", async () => {
    const agent = await testAgent();
    expect((await one.ask(agent, { tool: "files.read", arguments: { x: "y".repeat(300_000) } })).status).toBe(413);
    expect(
      (await one.ask(agent, `{"tool":"files.read","arguments":{"x":${"[".repeat(10_000)}${"]".repeat(10_000)}}}`))
        .status,
    ).toBe(400);
    expect(
      (
        await one.ask(agent, {
          tool: "files.read",
          arguments: Object.fromEntries(Array.from({ length: 1001 }, (_, at) => [`k${at}`, 1])),
        })
      ).status,
    ).toBe(400);
    expect((await one.ask(agent, { tool: "files.read", reasoning: "é".repeat(40_000) })).status).toBe(400);
    expect((await one.ask(agent, read, { "content-type": "text/plain" })).status).toBe(415);
  });

  test("T18 an amount that is negative, exponential or finer than its currency never pays", async () => {
    const agent = await testAgent();
    for (const amount of [
      "-1",
      "-0",
      "+5",
      "1e3",
      "1,000",
      "0x10",
      " 5",
      "5 ",
      "1.001",
      "9".repeat(30),
      "NaN",
      "",
      "٣",
      -5,
      1e21,
      0.1234567,
      5e-7,
      true,
      null,
      ["5"],
      { amount: "5" },
    ]) {
      const answer = await one.ask(agent, {
        tool: "payments.transfer",
        arguments: { to: "DE1", amount, currency: "EUR" },
      });
      expect(answer.body.outcome, JSON.stringify(amount)).not.toBe("allow");
    }
    for (const [amount, currency] of [
      ["1.5", "JPY"],
      ["1.2345", "KWD"],
      ["5", "eur"],
      ["5", "XXQ"],
      ["5", ""],
    ]) {
      expect(
        (await one.ask(agent, { tool: "payments.transfer", arguments: { to: "DE1", amount, currency } })).body.outcome,
        `${amount} ${currency}`,
      ).not.toBe("allow");
    }
  });
});

describe("idempotency", () => {
  test("T06 random retries and reorderings over two instances: one entry for each key, and every answer to it has the same receipt body", async () => {
    const agent = await testAgent();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ key: fc.integer({ min: 0, max: 4 }), second: fc.boolean() }), {
          minLength: 2,
          maxLength: 16,
        }),
        async (calls) => {
          const run = randomUUID().replaceAll("-", "");
          const before = (await entriesOf(agent, "decision")).length;
          const answers = await Promise.all(
            calls.map(async ({ key, second }) => ({
              key,
              answer: await (second ? two : one).ask(
                agent,
                { ...read, arguments: { key } },
                { "idempotency-key": `${run}${key}` },
              ),
            })),
          );
          const bodies = new Map<number, string>();
          for (const { key, answer } of answers) {
            expect(answer.status).toBe(200);
            const { path: _, signature: __, ...body } = answer.body.receipt as NonNullable<typeof answer.body.receipt>;
            const text = canonicalize(body);
            expect(bodies.get(key) ?? text).toBe(text);
            bodies.set(key, text);
          }
          expect((await entriesOf(agent, "decision")).length - before).toBe(bodies.size);
        },
      ),
      { numRuns: 15 },
    );
  });

  test("T06 the same key with another body is 422; a malformed key is 400", async () => {
    const agent = await testAgent();
    const key = { "idempotency-key": createHash("sha256").update("same").digest("hex").slice(0, 40) };
    expect((await one.ask(agent, read, key)).status).toBe(200);
    expect((await two.ask(agent, { ...read, arguments: { path: "/b" } }, key)).status).toBe(422);
    expect((await one.ask(agent, read, { "idempotency-key": "short" })).status).toBe(400);
  });

  test("a recorded allow is not given out again once the agent was suspended", async () => {
    const agent = await testAgent();
    const key = { "idempotency-key": randomUUID() };
    expect((await one.ask(agent, read, key)).body.outcome).toBe("allow");
    await setStatus(agent, "suspended");
    const again = await two.ask(agent, read, key);
    expect([again.status, again.body.code, again.body.outcome]).toEqual([409, "state_changed", "deny"]);
  });
});

describe("budgets", () => {
  test("T19 two instances with sixteen workers each asking for 990 under a 5,000 window allow 4,950, exactly, and refuse the rest with the reason", async () => {
    for (let seed = 0; seed < Math.min(rounds, 10); seed++) {
      const agent = await testAgent({
        mandate: {
          budgets: [{ window: "day", amount: "5000.00", currency: "EUR", scope: "agent" }],
          recipients: ["DE1"],
        },
        tier: "T4",
      });
      const answers = await Promise.all(
        Array.from({ length: 32 }, (_, at) => (at % 2 ? one : two).ask(agent, pay("990.00"))),
      );
      const allowed = answers.filter((answer) => answer.body.outcome === "allow");
      const refused = answers.filter((answer) => answer.body.outcome !== "allow");
      expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200));
      expect(allowed).toHaveLength(5);
      for (const answer of refused)
        expect(answer.body.reasons.map((reason) => reason.code)).toContain("budget.exhausted");
      const small = await one.ask(agent, pay("50.00"));
      expect(small.body.outcome).toBe("allow");
    }
  });

  test("T19 the fifth amount in a day just under what the agent may spend alone is allowed and said to be one of many", async () => {
    const agent = await testAgent({ mandate: { recipients: ["DE1"] }, tier: "T4" });
    const said: boolean[] = [];
    for (let at = 0; at < 6; at++) {
      const { body } = await (at % 2 ? one : two).ask(agent, pay("4990.00"));
      expect(body.outcome).toBe("allow");
      said.push(body.reasons.some(({ code }) => code === "budget.near_threshold"));
    }
    expect(said).toEqual([false, false, false, false, true, true]);
  });
});

describe("approvals", () => {
  /** As many people as the rule asks for approve, in the way the inbox does. */
  async function approve(id: string): Promise<void> {
    const { groups, quorum } = await db.approval.findUniqueOrThrow({
      where: { id },
      select: { groups: true, quorum: true },
    });
    for (let vote = 0; vote < Math.max(quorum, groups.length); vote++) {
      const voter = await testPerson(`Voter ${vote}`, ["approver"], groups);
      const after = await db.approval.findUniqueOrThrow({ where: { id }, select: { status: true } });
      if (after.status === "pending")
        await review(voter, id, { verdict: "approve", comment: "fine", seenDigest: await currentCardDigest(id) });
    }
  }

  async function approved(answer: Answer): Promise<string> {
    expect(answer.body.outcome).toBe("approval_required");
    const id = answer.body.approval?.id ?? "";
    await approve(id);
    return id;
  }

  test("T22 one approval is spent once, however many ask for it at the same moment on two instances", async () => {
    for (let round = 0; round < rounds; round++) {
      const agent = await testAgent();
      const id = await approved(await one.ask(agent, pay("9500.00")));
      const answers = await Promise.all(
        Array.from({ length: 16 }, (_, at) => (at % 2 ? one : two).ask(agent, { ...pay("9500.00"), approvalId: id })),
      );
      expect(answers.filter((answer) => answer.body.outcome === "allow")).toHaveLength(1);
      for (const answer of answers)
        if (answer.body.outcome !== "allow") expect(answer.body.reasons[0]?.code).toBe("approval_consumed");
      expect((await one.ask(agent, { ...pay("9500.00"), approvalId: id })).body.reasons[0]?.code).toBe(
        "approval_consumed",
      );
    }
  });

  test("T21 an action that differs in any argument from what was approved is refused, and the approval stays for the right one", async () => {
    const agent = await testAgent();
    const id = await approved(await one.ask(agent, pay("9500.00")));
    for (const changed of [
      pay("9500.01"),
      pay("9500.00", "DE2"),
      { ...pay("9500.00"), arguments: { ...pay("9500.00").arguments, memo: "x" } },
      { ...pay("9500.00"), resource: { id: "acc_1" } },
    ]) {
      const answer = await one.ask(agent, { ...changed, approvalId: id });
      expect([answer.body.outcome, answer.body.reasons[0]?.code]).toEqual(["deny", "approval_mismatch"]);
    }
    const stranger = await testAgent({ ownerId: agent.ownerId });
    expect((await one.ask(stranger, { ...pay("9500.00"), approvalId: id })).body.reasons[0]?.code).toBe(
      "approval_mismatch",
    );
    expect((await one.ask(agent, { ...pay("9500.00"), approvalId: id })).body.outcome).toBe("allow");
  });

  test("the long poll answers within 200 ms of the vote", async () => {
    const agent = await testAgent();
    const asked = await one.ask(agent, pay("9500.00"));
    const waiting = one.get(agent, `/api/v1/decisions/${asked.body.id}?wait=30`);
    await one.get(agent, `/api/v1/decisions/${asked.body.id}`); // the poll before it on the same instance has been read
    const { groups, quorum } = await db.approval.findUniqueOrThrow({ where: { id: asked.body.approval?.id ?? "" } });
    expect(Math.max(quorum, groups.length)).toBeGreaterThan(0);
    await approve(asked.body.approval?.id ?? "");
    const voted = performance.now();
    const answer = await waiting;
    expect(answer.body.approval?.status).toBe("approved");
    expect(performance.now() - voted).toBeLessThan(200);
  });

  test("another agent's decision is not there", async () => {
    const agent = await testAgent();
    const stranger = await testAgent();
    const { body } = await one.ask(agent, read);
    const theirs = await one.get(stranger, `/api/v1/decisions/${body.id}`);
    const nobodys = await one.get(stranger, "/api/v1/decisions/dec_000000000000000000");
    expect([theirs.status, theirs.body.detail]).toEqual([404, nobodys.body.detail]);
    expect(
      (
        await one.post(stranger, `/api/v1/decisions/${body.id}/outcome`, {
          status: "succeeded",
          actionDigest: body.actionDigest,
        })
      ).status,
    ).toBe(404);
  });

  test("an outcome for another action than was decided is recorded and opens an incident", async () => {
    const agent = await testAgent();
    const { body } = await one.ask(agent, read);
    expect(
      (
        await one.post(agent, `/api/v1/decisions/${body.id}/outcome`, {
          status: "succeeded",
          actionDigest: body.actionDigest,
        })
      ).status,
    ).toBe(201);
    expect(await db.incident.count({ where: { agentId: agent.id } })).toBe(0);
    await one.post(agent, `/api/v1/decisions/${body.id}/outcome`, {
      status: "succeeded",
      actionDigest: `sha256:${"0".repeat(64)}`,
    });
    expect(await db.incident.count({ where: { agentId: agent.id, kind: "outcome_mismatch" } })).toBe(1);
  });
});

describe("T05 stop", () => {
  test("no allow is committed or received after a control change returned, on either instance", async () => {
    const agent = await testAgent();
    for (let round = 0; round < rounds; round++) {
      await setStatus(agent, "active");
      let stopping = false;
      let stoppedAt = Number.POSITIVE_INFINITY;
      const late: Answer[] = [];
      const workers = Array.from({ length: 16 }, async (_, at) => {
        while (!stopping) {
          const answer = await (at % 2 ? one : two).ask(agent, read);
          if (answer.body.outcome === "allow" && performance.now() > stoppedAt + 50) late.push(answer);
        }
      });
      await one.ask(agent, read);
      const epoch = await setStatus(agent, "suspended");
      stoppedAt = performance.now();
      await Promise.all(Array.from({ length: 4 }, () => two.ask(agent, read)));
      stopping = true;
      await Promise.all(workers);
      expect(late).toEqual([]);
      const allows = (await entriesOf(agent, "decision")).filter(
        (header) => header.outcome === "allow" && header.epoch >= epoch,
      );
      expect(allows).toEqual([]);
    }
  }, 600_000);

  test("a change of facts without moving the epoch is refused by the database", async () => {
    const agent = await testAgent();
    await expect(db.agent.update({ where: { id: agent.id }, data: { status: "suspended" } })).rejects.toThrow(
      /must bump/,
    );
    expect((await one.ask(agent, read)).body.outcome).toBe("allow");
  });
});

describe("fail closed", () => {
  test("T14 T15 while the log cannot record there is no allow, and afterwards it recovers by itself", async () => {
    const agent = await testAgent();
    await asOwner((client) => client.query("REVOKE INSERT ON audit.entry FROM app_rw"));
    try {
      const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => (at % 2 ? one : two).ask(agent, read)));
      for (const answer of answers) {
        expect([answer.status, answer.body.outcome, answer.body.code]).toEqual([503, "deny", "audit_unavailable"]);
        expect(answer.milliseconds).toBeLessThan(3000);
      }
    } finally {
      await asOwner((client) => client.query("GRANT INSERT ON audit.entry TO app_rw"));
    }
    expect(await entriesOf(agent, "decision")).toHaveLength(0);
    expect((await one.ask(agent, read)).body.outcome).toBe("allow");
    expect((await two.ask(agent, read)).body.outcome).toBe("allow");
  });

  test("T15 T40 connections that are cut again and again lose no acknowledged decision and double none", async () => {
    const agent = await testAgent();
    const acknowledged: string[] = [];
    let stopping = false;
    const workers = Array.from({ length: 12 }, async (_, at) => {
      while (!stopping) {
        const answer = await (at % 2 ? one : two).ask(agent, read);
        if (answer.status === 200)
          acknowledged.push(`${answer.body.receipt?.lane}:${answer.body.receipt?.seq}:${answer.body.receipt?.leaf}`);
        else expect([answer.status, answer.body.outcome]).toEqual([503, "deny"]);
      }
    });
    await asOwner(async (client) => {
      for (let cut = 0; cut < Math.max(rounds, 8); cut++) {
        const target = acknowledged.length + 20;
        while (acknowledged.length < target) await one.ask(agent, read);
        await client.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'countersign lane'",
        );
      }
    });
    stopping = true;
    await Promise.all(workers);
    expect(new Set(acknowledged).size).toBe(acknowledged.length);
    const { rows } = await pool().query<{ id: string }>(
      "SELECT lane || ':' || seq || ':' || encode(leaf_hash, 'base64') AS id FROM audit.entry",
    );
    const stored = new Set(rows.map((row) => row.id));
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    const gaps = await pool().query(
      "SELECT l.lane FROM audit.lane l LEFT JOIN audit.entry e USING (lane) GROUP BY l.lane, l.seq HAVING count(e.seq) <> l.seq OR max(e.seq) <> l.seq",
    );
    expect(gaps.rows).toEqual([]);
  }, 120_000);

  test("a killed instance leaves lanes that another one closes", async () => {
    const agent = await testAgent();
    const doomed = await startInstance();
    expect((await doomed.ask(agent, read)).body.outcome).toBe("allow");
    const { receipt } = (await doomed.ask(agent, read)).body;
    doomed.process.kill("SIGKILL");
    await new Promise((resolve) => doomed.process.once("exit", resolve));
    const { closeAbandonedLanes, readIdentity } = await import("@/lib/audit/close-lane");
    await asOwner((client) =>
      client.query(
        "UPDATE audit.process SET seen_at = seen_at - interval '1 minute' WHERE instance = (SELECT instance FROM audit.lane WHERE lane = $1)",
        [receipt?.lane],
      ),
    );
    await closeAbandonedLanes(await readIdentity());
    const { rows } = await pool().query<{ closed_at: Date; header: Buffer }>(
      "SELECT l.closed_at, e.header FROM audit.lane l JOIN audit.entry e ON e.lane = l.lane AND e.seq = l.seq WHERE l.lane = $1",
      [receipt?.lane],
    );
    expect(rows[0]?.closed_at).not.toBeNull();
    expect(readHeader(rows[0]?.header as Buffer).kind).toBe("lane_closed");
    expect((await one.ask(agent, read)).body.outcome).toBe("allow");
  });
});

/** Returns the epoch from which on the status holds. */
async function setStatus(agent: TestAgent, status: "active" | "suspended"): Promise<number> {
  await changeControl("system", async (tx) => {
    await tx.agent.update({ where: { id: agent.id }, data: { status } });
    return {
      result: null,
      changes: [{ kind: "agent", ref: agent.id }],
      events: [{ kind: status === "active" ? "agent_resumed" : "agent_suspended", agent: agent.id }],
    };
  });
  const { rows } = await pool().query<{ epoch: string }>(
    "SELECT max(epoch) AS epoch FROM audit.control_change WHERE ref = $1",
    [agent.id],
  );
  return Number(rows[0]?.epoch);
}

describe("AuthZEN", () => {
  const question = (agent: TestAgent, tool: string, args: object = {}) => ({
    subject: { type: "agent", id: agent.id },
    action: { name: tool, properties: args },
    resource: { type: "file", id: "a" },
  });

  test("an evaluation is the same decision, with its entry", async () => {
    const agent = await testAgent();
    const allowed = await one.post(agent, "/access/v1/evaluation", question(agent, "files.read"), {
      "x-request-id": "r-1",
    });
    expect([
      allowed.status,
      (allowed.body as unknown as { decision: boolean }).decision,
      allowed.headers["x-request-id"],
    ]).toEqual([200, true, "r-1"]);
    const denied = await one.post(agent, "/access/v1/evaluation", question(agent, "files.delete"));
    expect([denied.status, (denied.body as unknown as { decision: boolean }).decision]).toEqual([200, false]);
    expect(await entriesOf(agent, "decision")).toHaveLength(2);
  });

  test("T02 a subject other than the key's agent is 403 and recorded, in a batch too", async () => {
    const agent = await testAgent();
    const other = await testAgent();
    for (const path of ["/access/v1/evaluation", "/access/v1/evaluations"]) {
      const answer = await one.post(agent, path, question(other, "files.read"));
      expect([answer.status, answer.body.code]).toEqual([403, "identity_mismatch"]);
    }
    expect(await entriesOf(agent, "identity_mismatch")).toHaveLength(2);
    expect(await entriesOf(other, "decision")).toHaveLength(0);
  });

  test("defaults are replaced whole, order is kept, a failing entry denies itself alone, and the semantics stop early", async () => {
    const agent = await testAgent();
    const batch = {
      ...question(agent, "files.read"),
      evaluations: [{}, { action: { name: "files.delete" } }, { resource: null }, {}],
    };
    const all = (await one.post(agent, "/access/v1/evaluations", batch)).body as unknown as {
      evaluations: { decision: boolean; context: { error?: { status: number } } }[];
    };
    expect(all.evaluations.map((entry) => entry.decision)).toEqual([true, false, false, true]);
    expect(all.evaluations[2]?.context.error?.status).toBe(400);
    const first = (semantic: string) =>
      one.post(agent, "/access/v1/evaluations", { ...batch, options: { evaluations_semantic: semantic } });
    expect(((await first("deny_on_first_deny")).body as unknown as typeof all).evaluations).toHaveLength(2);
    expect(((await first("permit_on_first_permit")).body as unknown as typeof all).evaluations).toHaveLength(1);
  });

  test("wrong types, missing members and other content types are 400, never coerced", async () => {
    const agent = await testAgent();
    const good = question(agent, "files.read");
    for (const bad of [
      { ...good, subject: "alice" },
      { ...good, action: { name: 123 } },
      { ...good, resource: undefined },
      { ...good, subject: { id: agent.id } },
      [],
      "x",
      "",
    ]) {
      expect(
        (await one.post(agent, "/access/v1/evaluation", typeof bad === "string" ? bad : JSON.stringify(bad))).status,
      ).toBe(400);
    }
    expect((await one.post(agent, "/access/v1/evaluation", good, { "content-type": "text/plain" })).status).toBe(400);
    expect((await one.post(agent, "/access/v1/evaluation", { ...good, unknown: { deep: 1 } })).status).toBe(200);
  });
});
