import "server-only";

import { randomBytes } from "node:crypto";
import { changeControl } from "@/lib/audit/append";
import type { PayloadFields } from "@/lib/audit/payload";
import type { Actor } from "@/lib/auth/actor";
import { permissionsOf } from "@/lib/auth/permissions";
import { db } from "@/lib/db";
import { entryId, newId } from "@/lib/ids";
import { type TestLane, testLane } from "./lane";

/** People, agents and open requests for tests, made the way the program makes them. */

const policyHash = `sha256:${"a".repeat(64)}`;

/** A person with these roles, in these groups (made when they do not exist), as an actor of a browser session. */
export async function testPerson(name: string, roles: string[] = ["approver"], groups: string[] = []): Promise<Actor> {
  const id = newId("per");
  const email = `${name.toLowerCase().replaceAll(" ", ".")}.${id}@example.com`;
  await db.person.create({ data: { id, email, name, roles } });
  for (const key of groups) {
    const group = await db.group.upsert({ where: { key }, update: {}, create: { id: newId("grp"), key, title: key } });
    await db.groupMember.create({ data: { groupId: group.id, personId: id } });
  }
  return { personId: id, email, name, roles, groups, permissions: permissionsOf(roles), via: "session", mayVote: true };
}

/** An active agent of this owner. */
export async function testAgent(owner: Actor, options: { backup?: Actor; issuer?: Actor } = {}): Promise<string> {
  const id = newId("agt");
  await changeControl({ personId: owner.personId }, async (tx) => {
    await tx.agent.create({
      data: {
        id,
        name: `Agent ${id.slice(-8)}`,
        purpose: "Pays invoices",
        ownerId: owner.personId,
        backupOwnerId: options.backup?.personId ?? null,
        environment: "production",
        riskClass: "limited",
        tier: "T3",
        mandate: { tools: ["payments.transfer"] },
        status: "active",
      },
    });
    if (options.issuer) {
      await tx.credential.create({
        data: { id: newId("crd"), agentId: id, digest: randomBytes(32), createdById: options.issuer.personId },
      });
    }
    return {
      result: undefined,
      changes: [{ kind: "agent", ref: id }],
      events: [{ kind: "agent_registered", agent: id, scope: owner.personId }],
    };
  });
  return id;
}

/** Publishes a policy that knows `payments.transfer`. */
export async function testPolicy(author: Actor | null = null, hash: string = policyHash): Promise<string> {
  const tool = {
    name: "payments.transfer",
    description: "Sends money",
    effect: "financial",
    reversible: false,
    argumentRoles: { amount: "/amount", currency: "/currency", recipient: "/to" },
  };
  const escalation = { quorum: 1, groups: [], expiresIn: 3600 };
  await changeControl("system", async (tx) => {
    const number = (await tx.policyVersion.count()) + 1;
    const id = newId("pol");
    const content = { version: 1, tiers: [], guardrails: [], tools: [tool], escalation };
    await tx.policyVersion.create({
      data: { id, number, hash, content, note: "For tests", createdById: author?.personId ?? null },
    });
    return {
      result: undefined,
      changes: [{ kind: "policy", ref: id }],
      events: [{ kind: "policy_activated", ref: id }],
    };
  });
  return hash;
}

export type TestRequest = {
  owner: Actor;
  agentId: string;
  quorum?: number;
  groups?: string[];
  expiresIn?: number;
  policyHash?: string;
  arguments?: { [name: string]: string };
  payload?: PayloadFields;
  stepUp?: boolean;
  sample?: boolean;
  tool?: string;
  effect?: string;
  reversible?: boolean;
};

let lane: Promise<TestLane> | undefined;

/** Opens a request the way a decision does. @returns its id */
export async function testApproval({ owner, agentId, ...given }: TestRequest): Promise<string> {
  lane ??= testLane();
  const { tool = "payments.transfer", effect = "financial", reversible = false } = given;
  const args = given.arguments ?? { to: "DE89370400440532013000", amount: "950.00", currency: "EUR" };
  const [seq] = await (await lane).write({
    kind: "decision",
    agent: agentId,
    outcome: "approval_required",
    tool,
    effect,
    codes: ["tier.approval_threshold"],
    payload: {
      arguments: args,
      reasoning: "Invoice 4711 is due today",
      findings: [
        {
          layer: "tier",
          ruleId: "T3.financial.1",
          effect: "approval",
          code: "tier.approval_threshold",
          message: "Payments above 500 EUR need a person.",
        },
      ],
      nonce: randomBytes(16).toString("base64"),
      ...given.payload,
    },
    open: {
      agent: agentId,
      owner: owner.personId,
      tool,
      effect,
      reversible,
      digest: randomBytes(32).toString("hex"),
      policyHash: given.policyHash ?? policyHash,
      quorum: given.quorum ?? 1,
      groups: given.groups ?? [],
      stepUp: given.stepUp ?? false,
      codes: ["tier.approval_threshold"],
      amount: args.amount ?? null,
      currency: args.currency ?? null,
      recipient: args.to ?? null,
      resource: null,
      slaSeconds: null,
      expiresIn: given.expiresIn ?? 3600,
      sample: given.sample ?? false,
    },
  });
  return entryId("apr", (await lane).lane, seq as bigint);
}
