import "server-only";

import { readHeader } from "@/lib/audit/entry";
import type { Lanes } from "@/lib/audit/lane";
import { pool } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { suspendForIncident } from "@/lib/incidents/suspend";
import { loadedSnapshot } from "@/lib/policy/snapshot";
import type { Call } from "./attributes";
import { within } from "./within";

/**
 * The echo: an instance sends the last receipt it received. It shows the agent's side of the log, so that a log that lost rows, a rewritten log, and a credential
 * used in two places are found on the next call. audit-log design §7.2.
 * @throws AppError `log_rolled_back` or `chain_diverged`, after the agent was suspended and an incident opened
 */
export async function checkEcho(call: Call, lanes: Lanes): Promise<void> {
  const echo = call.input.lastReceipt;
  if (!echo) return;
  const agent = loadedSnapshot()?.agents.get(call.credential.agentId);
  if (!agent || agent.echoMode === "off") return;
  const seen =
    lanes.recent(BigInt(echo.lane), BigInt(echo.seq)) ?? (await within(stored(BigInt(echo.lane), BigInt(echo.seq))));
  const instance = call.input.context.instanceId;
  if (!seen || seen.leaf !== echo.leaf) {
    await suspendForIncident(agent.id, {
      kind: "log_rolled_back",
      title: `${agent.name} holds a receipt that the log does not have`,
      details: {
        lane: echo.lane,
        seq: echo.seq,
        echoed: echo.leaf,
        stored: seen?.leaf ?? null,
        instance: instance ?? null,
      },
    });
    throw new AppError(
      "log_rolled_back",
      "the log does not have the receipt this instance holds; the agent was suspended and an incident opened",
    );
  }
  if (seen.agent !== agent.id || (seen.instance ?? null) !== (instance ?? null)) {
    await diverged(call, "the echoed receipt belongs to another agent or instance");
  }
}

/** Suspends an agent whose credential or session is used in two places. @throws AppError `chain_diverged` always */
export async function diverged(call: Call, why: string): Promise<never> {
  const { agentId } = call.credential;
  const name = loadedSnapshot()?.agents.get(agentId)?.name ?? agentId;
  await suspendForIncident(agentId, {
    kind: "clone",
    title: `${name}: one credential is used in two places`,
    details: {
      why,
      credential: call.credential.id,
      instance: call.input.context.instanceId ?? null,
      echo: call.input.lastReceipt ?? null,
    },
  });
  throw new AppError("chain_diverged", `${why}; the agent was suspended and an incident opened`);
}

async function stored(
  lane: bigint,
  seq: bigint,
): Promise<{ leaf: string; agent?: string | undefined; instance?: string | undefined } | undefined> {
  const { rows } = await pool().query<{ leaf_hash: Buffer; header: Buffer }>(
    "SELECT leaf_hash, header FROM audit.entry WHERE lane = $1 AND seq = $2",
    [lane.toString(), seq.toString()],
  );
  const row = rows[0];
  if (!row) return undefined;
  const header = readHeader(row.header);
  return { leaf: row.leaf_hash.toString("base64"), agent: header.agent, instance: header.instance };
}
