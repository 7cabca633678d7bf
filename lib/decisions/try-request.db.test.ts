import { beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { db, pool } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { readDraft, saveDraft } from "@/lib/policy/drafts";
import { publishPolicy } from "@/lib/policy/publish";
import { currentPolicy } from "@/lib/policy/queries";
import { testPerson } from "@/lib/testing/approvals";
import { type TestAgent, testAgent, testPlane } from "@/lib/testing/plane";
import { tryRequest } from "./try-request";
import { tryInput } from "./try-schema";

await testPlane();

let agent: TestAgent;
let owner: Actor;
let auditor: Actor;

beforeAll(async () => {
  owner = await testPerson("Olga Owner", ["owner"]);
  auditor = await testPerson("Noor Auditor", ["auditor"]);
  await testPerson("Imke Approver", ["approver"], ["finance"]);
  await testPerson("Paul Approver", ["approver"], ["legal"]);
  agent = await testAgent({
    ownerId: owner.personId,
    mandate: { budgets: [{ window: "day", count: 5, scope: "agent" }] },
  });
});

const transfer = { tool: "payments.transfer", arguments: { to: "DE1", amount: "5.00", currency: "EUR" } };

function attempt(more: Record<string, unknown> = {}, actor = owner) {
  return tryRequest(actor, tryInput.parse({ agentId: agent.id, request: transfer, ...more }));
}

async function refused(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw error ?? new Error("nothing was refused");
  return error;
}

async function traces() {
  const counts = await Promise.all(
    ["audit.entry", "approval", "budget_usage", "tool_demand"].map((table) =>
      pool().query<{ n: string }>(`SELECT count(*) AS n FROM ${table}`),
    ),
  );
  return counts.map(({ rows }) => rows[0]?.n);
}

describe("a request that is tried", () => {
  test("is judged as it would be, with each finding and who would approve, and leaves no trace", async () => {
    const before = await traces();
    const { trials } = await attempt();
    const [trial] = trials;
    expect(trial?.outcome).toBe("approval_required");
    expect(trial?.findings[0]).toMatchObject({ effect: "approval", code: "tier.irreversible", layer: "tier" });
    expect(trial?.findings[0]?.who).toContain("must approve");
    expect(trial?.approvers).toContain("Imke Approver");
    expect(trial?.charges).toEqual([{ ruleId: "mandate.budgets.0", window: "day", scope: "agent" }]);
    const policy = await currentPolicy();
    expect(trial?.policy).toEqual({ choice: "live", number: policy.number, hash: policy.hash });
    await attempt({ request: { tool: "no.such.tool" } });
    expect(await traces()).toEqual(before);
  });

  test("names nobody of another group, and never the owner, as approver", async () => {
    const both = await testPerson("Both Owner", ["owner", "approver"], ["finance"]);
    const own = await testAgent({ ownerId: both.personId });
    const { trials } = await tryRequest(both, tryInput.parse({ agentId: own.id, request: transfer }));
    expect(trials[0]?.approval?.groups).toEqual(["finance"]);
    expect(trials[0]?.approvers).not.toContain("Both Owner");
    expect(trials[0]?.approvers).not.toContain("Paul Approver");
  });

  test("can be judged by an old version beside the one in force", async () => {
    const { number } = await currentPolicy();
    await publishPolicy("system", "no reading", (set) => ({
      ...set,
      guardrails: [
        ...set.guardrails,
        {
          id: "no-reading",
          name: "No reading",
          when: { attribute: "action.tool", operator: "eq", value: "files.read" },
          effect: "deny",
          mode: "enforce",
          message: "nothing is read",
        },
      ],
    }));
    const request = { tool: "files.read" };
    const { trials } = await attempt({ request, policies: ["live", number] });
    expect(trials.map((trial) => [trial.policy.choice, trial.policy.number, trial.outcome])).toEqual([
      ["live", number + 1, "deny"],
      [number, number, "allow"],
    ]);
    expect(trials[0]?.findings[0]).toMatchObject({ layer: "guardrail", ruleId: "no-reading" });
  });

  test("can be judged by the draft, over the catalogue in force", async () => {
    const author = await testPerson("Ada Admin", ["admin"]);
    const { revision, content } = await readDraft();
    const stop = {
      id: "no-notes",
      name: "No notes",
      when: { attribute: "action.tool", operator: "eq" as const, value: "notes.write" },
      effect: "deny" as const,
      mode: "enforce" as const,
      message: "nothing is noted",
    };
    await saveDraft(author, { revision, content: { ...content, guardrails: [...content.guardrails, stop] } });
    const { trials } = await attempt({ request: { tool: "notes.write" }, policies: ["live", "draft"] });
    expect(trials.map((trial) => [trial.policy.choice, trial.outcome, trial.findings[0]?.ruleId])).toEqual([
      ["live", "allow", expect.any(String)],
      ["draft", "deny", "no-notes"],
    ]);
    expect(trials[0]?.policy.hash).not.toBe(trials[1]?.policy.hash);
  });

  test("is judged at the time that is given", async () => {
    const hours = [{ timeZone: "UTC", days: ["mon" as const], from: "08:00", to: "10:00" }];
    const early = await testAgent({ ownerId: owner.personId, mandate: { hours } });
    const at = (time: string) =>
      tryRequest(owner, tryInput.parse({ agentId: early.id, request: { tool: "notes.write" }, at: time }));
    expect((await at("2026-03-02T09:00:00Z")).trials[0]?.outcome).toBe("allow");
    const late = (await at("2026-03-02T11:00:00Z")).trials[0];
    expect([late?.outcome, late?.findings[0]?.code]).toEqual(["deny", "mandate.outside_hours"]);
  });
});

describe("who may try", () => {
  test("T44 another owner's agent answers exactly like none; who reads all agents may try all", async () => {
    const other = await testPerson("Omar Owner", ["owner"]);
    const theirs = await refused(attempt({}, other));
    const none = await refused(attempt({ agentId: `agt_${"0".repeat(26)}` }, other));
    expect([theirs.code, theirs.message]).toEqual([none.code, none.message]);
    expect(theirs.code).toBe("not_found");
    expect((await attempt({}, auditor)).trials).toHaveLength(1);
  });

  test("nobody without the policy, and no agent that is retired", async () => {
    const nobody = { ...owner, permissions: new Set<never>() };
    expect((await refused(attempt({}, nobody))).code).toBe("forbidden");
    const { changeControl } = await import("@/lib/audit/append");
    const gone = await testAgent({ ownerId: owner.personId });
    await changeControl("system", async (tx) => {
      await tx.agent.update({ where: { id: gone.id }, data: { status: "retired" } });
      return {
        result: null,
        changes: [{ kind: "agent", ref: gone.id }],
        events: [{ kind: "agent_retired", agent: gone.id }],
      };
    });
    expect((await refused(attempt({ agentId: gone.id }))).code).toBe("conflict");
    expect((await refused(attempt({ policies: [9999] }))).code).toBe("not_found");
    expect(await db.agent.count({ where: { id: gone.id } })).toBe(1);
  });
});
