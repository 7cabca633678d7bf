import "server-only";

import { changeControl } from "@/lib/audit/append";
import type { Actor } from "@/lib/auth/actor";
import { can } from "@/lib/auth/actor";
import type { Tx } from "@/lib/db";
import { AppError } from "@/lib/errors";
import type { Prisma } from "@/lib/generated/prisma/client";
import { newId } from "@/lib/ids";
import type { Json } from "@/lib/json";
import { sampleTime } from "@/lib/sample-time";
import { authorOf } from "./access";
import { checkMandate } from "./mandate";
import { findOwner } from "./people";
import type { RegisterInput } from "./schema";

/**
 * Registers an agent as a draft with its first version. A draft can do nothing before it is activated.
 * @throws AppError `invalid_request` naming the field; `conflict` at `/name`; `forbidden` when an owner registers for somebody else
 */
export async function registerAgent(actor: Actor, input: RegisterInput): Promise<{ id: string }> {
  await checkMandate(input.mandate);
  return changeControl(authorOf(actor), async (tx) => {
    const { id, versionId, ownerId } = await createAgent(tx, input, actor.personId, (owner) => {
      if (owner !== actor.personId && !can(actor, "agents:write")) {
        throw new AppError("forbidden", "you can register agents for yourself; hand one over after you registered it", {
          fields: [{ path: "/ownerEmail", message: "must be you" }],
        });
      }
    });
    return {
      result: { id },
      changes: [{ kind: "agent", ref: id }],
      events: [
        {
          kind: "agent_registered",
          agent: id,
          ref: versionId,
          scope: ownerId,
          payload: input as unknown as { [name: string]: Json },
        },
      ],
    };
  });
}

/**
 * Writes a draft and its first version.
 * @param mayGive throws when the owner may not be given an agent by whoever asks
 */
export async function createAgent(
  tx: Tx,
  input: RegisterInput,
  createdById: string | null,
  mayGive: (ownerId: string) => void = () => {},
): Promise<{ id: string; versionId: string; ownerId: string }> {
  const owner = await findOwner(tx, input.ownerEmail, "/ownerEmail");
  mayGive(owner.id);
  const backup = input.backupOwnerEmail ? await findOwner(tx, input.backupOwnerEmail, "/backupOwnerEmail") : null;
  checkBackup(owner.id, backup?.id ?? null);
  if (input.contractId !== undefined) throw fieldError("/contractId", "there is no contract with this id");
  await checkName(tx, input.name, null);

  const id = newId("agt");
  const versionId = newId("ver");
  await tx.agent.create({
    data: {
      id,
      createdAt: sampleTime(),
      name: input.name,
      purpose: input.purpose,
      ownerId: owner.id,
      backupOwnerId: backup?.id ?? null,
      environment: input.environment,
      riskClass: input.riskClass,
      tier: input.tier,
      mandate: input.mandate as Prisma.InputJsonObject,
      echoMode: echoModeFor(input.riskClass, input.echoMode ?? "warn", "/echoMode", input.echoMode !== undefined),
      maxInstances: input.maxInstances ?? null,
      createdById,
    },
  });
  await tx.agentVersion.create({
    data: { id: versionId, agentId: id, number: 1, ...input.version, createdById, createdAt: sampleTime() },
  });
  await tx.agent.update({ where: { id }, data: { currentVersionId: versionId } });
  return { id, versionId, ownerId: owner.id };
}

/** @throws AppError `conflict` at `/name` when another agent has the name */
export async function checkName(tx: Tx, name: string, ownId: string | null): Promise<void> {
  const holder = await tx.agent.findUnique({ where: { name }, select: { id: true } });
  if (holder && holder.id !== ownId)
    throw new AppError("conflict", "another agent has this name", {
      fields: [{ path: "/name", message: "another agent has this name" }],
    });
}

/** @throws AppError `invalid_request` when owner and backup are the same person */
export function checkBackup(ownerId: string, backupId: string | null): void {
  if (ownerId === backupId) throw fieldError("/backupOwnerEmail", "must be somebody other than the owner");
}

/**
 * INVARIANT (high risk echoes): an agent of the high risk class always proves with each call that it is the same one.
 * @param asked whether somebody chose the mode, so that a refusal is better than a silent change
 */
export function echoModeFor(
  riskClass: string,
  mode: "off" | "warn" | "enforce",
  path: string,
  asked: boolean,
): "off" | "warn" | "enforce" {
  if (riskClass !== "high") return mode;
  if (asked && mode !== "enforce") throw fieldError(path, "an agent of high risk has the mode `enforce`");
  return "enforce";
}

export function fieldError(path: string, message: string): AppError {
  return new AppError("invalid_request", `\`${path}\` is not valid: ${message}`, { fields: [{ path, message }] });
}
