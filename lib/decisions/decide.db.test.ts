import { createHash, createPublicKey } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { credentialOf } from "@/lib/agents/authenticate";
import { changeControl } from "@/lib/audit/append";
import { genesis, leafHash, readHeader } from "@/lib/audit/entry";
import { verifyReceipt } from "@/lib/audit/receipt";
import { makeToken, tokenDigest } from "@/lib/auth/token";
import { db, pool } from "@/lib/db";
import { env } from "@/lib/env";
import { newId } from "@/lib/ids";
import { ensurePolicy, publishPolicy } from "@/lib/policy/publish";
import { refreshSnapshot } from "@/lib/policy/snapshot";
import { testDatabase } from "@/lib/testing/database";
import { testLog } from "@/lib/testing/lane";
import { decide } from "./decide";
import { startPlane, stopPlane } from "./plane";
import { readDecision } from "./read-decision";
import { decisionRequest } from "./schema";

const { ownerUrl } = await testDatabase();

let agentId: string;
let token: string;

beforeAll(async () => {
  await testLog(ownerUrl);
  await ensurePolicy("system");
  await publishPolicy("system", "tools of the tests", (set) => ({
    ...set,
    tools: [
      { name: "files.read", description: "", source: "manual", effect: "read", reversible: true, status: "sanctioned" },
      {
        name: "payments.transfer",
        description: "",
        source: "manual",
        effect: "financial",
        reversible: false,
        status: "sanctioned",
        argumentRoles: { amount: "/amount", currency: "/currency", recipient: "/to" },
      },
    ],
  }));
  const owner = await db.person.create({
    data: { id: newId("per"), email: "owner@countersign.test", name: "Owner", roles: ["owner"] },
  });
  agentId = newId("agt");
  const credentialId = newId("crd");
  const made = makeToken("agt", credentialId);
  token = made.token;
  await changeControl("system", async (tx) => {
    await tx.agent.create({
      data: {
        id: agentId,
        name: "tester",
        purpose: "tests",
        ownerId: owner.id,
        environment: "production",
        riskClass: "limited",
        tier: "T3",
        mandate: { tools: ["files.read", "payments.transfer"], recipients: ["DE1", "DE2"] },
        status: "active",
      },
    });
    const version = await tx.agentVersion.create({
      data: { id: newId("ver"), agentId, number: 1, label: "v1", model: "m", provider: "p" },
    });
    await tx.agent.update({ where: { id: agentId }, data: { currentVersionId: version.id } });
    await tx.credential.create({
      data: { id: credentialId, agentId, digest: new Uint8Array(tokenDigest(env().pepper, made.digestInput)) },
    });
    return {
      result: undefined,
      changes: [{ kind: "agent", ref: agentId }],
      events: [{ kind: "agent_registered", agent: agentId }],
    };
  });
  await startPlane("test");
});
afterAll(stopPlane);

async function ask(body: Record<string, unknown>, idempotencyKey?: string) {
  const credential = credentialOf(`Bearer ${token}`, await refreshSnapshot(), Date.now());
  if (!credential) throw new Error("no credential");
  return decide({
    credential,
    input: decisionRequest.parse(body),
    idempotencyKey,
    body: Buffer.from(JSON.stringify(body)),
  });
}

describe("decide", () => {
  test("an allowed read is committed, linked and receipted", async () => {
    const answer = await ask({ tool: "files.read", arguments: { path: "/a" } });
    expect(answer.outcome).toBe("allow");
    const { receiptKey } = await startPlane();
    expect(answer.receipt && verifyReceipt(answer.receipt, createPublicKey(receiptKey.privateKey as never))).toBe(true);
    const { rows } = await pool().query<{ header: Buffer; leaf_hash: Buffer }>(
      "SELECT header, leaf_hash FROM audit.entry WHERE lane = $1 ORDER BY seq",
      [answer.receipt?.lane],
    );
    let prev = genesis("countersign.test/audit/1", BigInt(answer.receipt?.lane ?? 0));
    for (const row of rows) {
      expect(readHeader(row.header).prev).toBe(prev.toString("base64"));
      expect(row.leaf_hash.equals(leafHash(row.header))).toBe(true);
      prev = row.leaf_hash;
    }
  });

  test("a tool outside the mandate is denied, and that is an answer with a receipt", async () => {
    const answer = await ask({ tool: "files.delete" });
    expect(answer.outcome).toBe("deny");
    expect(answer.receipt).not.toBeNull();
  });

  test("a large transfer opens an approval that the decision names", async () => {
    const answer = await ask({
      tool: "payments.transfer",
      arguments: { to: "DE1", amount: "9500.00", currency: "EUR" },
    });
    expect(answer.outcome).toBe("approval_required");
    const row = await db.approval.findUniqueOrThrow({ where: { id: answer.approval?.id ?? "" } });
    expect(`sha256:${Buffer.from(row.actionDigest).toString("hex")}`).toBe(answer.actionDigest);
    expect((await readDecision(answer.id ?? "", agentId)).approval?.status).toBe("pending");
  });

  test("P3: a retry with the same key returns the same receipt body, marked replay", async () => {
    const key = createHash("sha256").update("k1").digest("hex").slice(0, 32);
    const body = { tool: "files.read", arguments: { path: "/b" } };
    const [first, second] = await Promise.all([ask(body, key), ask(body, key)]);
    const third = await ask(body, key);
    const plain = ({ receipt }: typeof first) => ({ ...receipt, path: null, signature: null });
    expect(plain(second)).toEqual(plain(first));
    expect(plain(third)).toEqual(plain(first));
    expect(third.replay).toBe(true);
    await expect(ask({ ...body, arguments: { path: "/c" } }, key)).rejects.toMatchObject({
      code: "idempotency_mismatch",
    });
  });

  test("many at once are each committed once, in order, on gap-free lanes", async () => {
    const before = Number((await pool().query("SELECT count(*) AS n FROM audit.entry")).rows[0].n);
    await Promise.all(Array.from({ length: 400 }, (_, at) => ask({ tool: "files.read", arguments: { at } })));
    const { rows } = await pool().query(
      "SELECT (SELECT count(*) FROM audit.entry) AS n, (SELECT sum(seq) FROM audit.lane) AS s",
    );
    expect(Number(rows[0].n) - before).toBe(400);
    expect(rows[0].n).toBe(rows[0].s);
  });
});
