"use server";

import { refresh } from "next/cache";
import { z } from "zod";
import { activateAgent } from "@/lib/agents/activate";
import { acceptTransfer, cancelTransfer, declineTransfer } from "@/lib/agents/answer-transfer";
import { authorityOf } from "@/lib/agents/authority";
import { createVersion } from "@/lib/agents/create-version";
import { editAgent } from "@/lib/agents/edit";
import { issueCredential } from "@/lib/agents/issue-credential";
import { authorityInput, usedInput } from "@/lib/agents/mandate-schema";
import { promoteVersion } from "@/lib/agents/promote-version";
import { registerAgent } from "@/lib/agents/register";
import { requestTransfer } from "@/lib/agents/request-transfer";
import { retireAgent } from "@/lib/agents/retire";
import { revokeCredential } from "@/lib/agents/revoke-credential";
import { rotateCredential } from "@/lib/agents/rotate-credential";
import {
  agentPath,
  credentialInput,
  credentialPath,
  editInput,
  reasonInput,
  registerInput,
  rotateInput,
  stopInput,
  transferInput,
  transferPath,
  versionInput,
  versionPath,
} from "@/lib/agents/schema";
import { stopAgents } from "@/lib/agents/stop";
import { suspendAgent } from "@/lib/agents/suspend";
import { usedBy } from "@/lib/agents/used-by";
import { action } from "@/lib/auth/edge";

const change = ["agents:write", "agents:write:own"] as const;
const look = ["agents:read", "agents:read:own"] as const;
const credentials = ["credentials:write", "credentials:write:own"] as const;
const withReason = reasonInput.extend(agentPath.shape);

export const register = action({ permission: change, input: registerInput }, registerAgent);

export const edit = action({ permission: change, input: agentPath.extend({ change: editInput }) }, (actor, input) =>
  shown(editAgent(actor, input.id, input.change)),
);

/** What the policy leaves of a mandate, saved or not. */
export const authority = action({ permission: look, input: authorityInput }, (actor, { id, mandate }) =>
  authorityOf(actor, id, mandate),
);

/** What the agent did, as a mandate would name it. */
export const used = action({ permission: look, input: usedInput }, (actor, { id, days }) =>
  usedBy(actor, id, days, new Date()),
);

export const activate = action({ permission: change, input: withReason }, (actor, { id, reason }) =>
  shown(activateAgent(actor, id, reason)),
);

export const suspend = action({ permission: change, input: withReason }, (actor, { id, reason }) =>
  shown(suspendAgent(actor, id, reason)),
);

export const retire = action({ permission: change, input: withReason }, (actor, { id, reason }) =>
  shown(retireAgent(actor, id, reason)),
);

export const stop = action({ permission: ["stop:engage", "stop:engage:own"], input: stopInput }, (actor, input) =>
  shown(stopAgents(actor, input)),
);

export const addVersion = action(
  { permission: change, input: agentPath.extend({ version: versionInput }) },
  (actor, { id, version }) => shown(createVersion(actor, id, version)),
);

export const promote = action({ permission: change, input: versionPath }, (actor, { id, version }) =>
  shown(promoteVersion(actor, id, version)),
);

/** Answers the secret, this once. The page is refreshed when the person has copied it, so that it does not vanish. */
export const issue = action(
  { permission: credentials, input: agentPath.extend({ credential: credentialInput }) },
  (actor, { id, credential }) => issueCredential(actor, id, credential),
);

export const rotate = action(
  { permission: credentials, input: credentialPath.extend({ rotation: rotateInput }) },
  (actor, { id, rotation }) => rotateCredential(actor, id, rotation),
);

export const revoke = action({ permission: credentials, input: credentialPath }, (actor, { id }) =>
  shown(revokeCredential(actor, id)),
);

export const handOver = action(
  { permission: change, input: transferInput.extend(agentPath.shape) },
  (actor, { id, ...transfer }) => shown(requestTransfer(actor, id, transfer)),
);

export const answer = action(
  { permission: change, input: transferPath.extend({ answer: z.enum(["accept", "decline", "cancel"]) }) },
  (actor, { id, answer: given }) =>
    shown(
      given === "accept"
        ? acceptTransfer(actor, id)
        : given === "decline"
          ? declineTransfer(actor, id)
          : cancelTransfer(actor, id),
    ),
);

/** The page the action came from shows the change with the answer. */
async function shown<Result>(change: Promise<Result>): Promise<Result> {
  const result = await change;
  refresh();
  return result;
}
