import "server-only";

import { decide } from "@/lib/decisions/decide";
import { reportOutcome } from "@/lib/decisions/report-outcome";
import { type DecisionResponse, decisionRequest } from "@/lib/decisions/schema";
import { loadedSnapshot } from "@/lib/policy/snapshot";
import { sampleAgents } from "./agents";
import { callForVotes } from "./cast-votes";
import { instanceOf, type Office, type Session } from "./office";
import type { Act } from "./work";

/** Sessions under way together. */
const atOnce = 24;
/** Share of allowed actions whose runtime says what came of them. */
const reportedShare = 0.35;

/**
 * Asks session after session through the real decision path, some at a time; the calls of one session leave together and stand for the same moment.
 * @param people `answer`: what needs a person will be voted on; `leave`: it stays waiting
 */
export async function askSessions(
  office: Office,
  sessions: readonly Session[],
  people: "answer" | "leave",
): Promise<void> {
  for (let at = 0; at < sessions.length; at += atOnce) {
    await Promise.all(sessions.slice(at, at + atOnce).map((session) => askSession(office, session, people)));
  }
}

async function askSession(office: Office, session: Session, people: "answer" | "leave"): Promise<void> {
  await Promise.all(
    session.acts.map(async (act) => {
      const answer = await ask(office, session, act);
      if (answer?.approval && people === "answer") await callForVotes(office, session, act, answer.approval.id);
      else if (answer?.outcome === "allow") await report(office, session, act, answer);
    }),
  );
}

async function ask(office: Office, session: Session, act: Act): Promise<DecisionResponse | null> {
  const agent = office.agents.get(session.agent);
  const credential = agent && loadedSnapshot()?.credentials.get(agent.credentialId);
  if (!credential) return null;
  const echo = echoOf(office, session);
  const input = decisionRequest.parse({
    tool: act.tool,
    arguments: act.arguments,
    reasoning: act.reasoning,
    context: { instanceId: instanceOf(session.agent), sessionId: `${session.agent}-${session.at.toString(36)}` },
    ...(session.approvalId ? { approvalId: session.approvalId } : {}),
    ...(echo?.lastReceipt ? { lastReceipt: { ...echo.lastReceipt, n: echo.n++ } } : {}),
  });
  const answer = await decide({ credential, input, sampleAt: new Date(session.at) });
  if (echo && answer.receipt)
    echo.lastReceipt = { lane: answer.receipt.lane, seq: answer.receipt.seq, leaf: answer.receipt.leaf };
  return answer;
}

/** Agents of high risk echo their last receipt with each call. */
function echoOf(office: Office, { agent }: Session) {
  if (sampleAgents[agent].profile.riskClass !== "high") return undefined;
  const echo = office.echoes.get(agent) ?? { n: 1 };
  office.echoes.set(agent, echo);
  return echo;
}

async function report({ random, agents }: Office, session: Session, act: Act, answer: DecisionResponse): Promise<void> {
  const reads = loadedSnapshot()?.policy.tools.get(act.tool)?.effect === "read";
  if (reads || !answer.id || !random.chance(reportedShare)) return;
  const failed = random.chance(0.03);
  await reportOutcome(
    answer.id,
    agents.get(session.agent)?.id ?? "",
    {
      status: failed ? "failed" : "succeeded",
      actionDigest: answer.actionDigest,
      ...(failed
        ? { error: "the other system did not answer in time" }
        : { externalRef: `${act.tool.split(".")[0]}/${session.at.toString(36)}` }),
    },
    new Date(session.at + random.integer(900, 20_000)),
  );
}
