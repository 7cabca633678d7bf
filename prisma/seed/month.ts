import "server-only";

import { expireApprovals } from "@/lib/approvals/expire";
import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db";
import { atSampleTime } from "@/lib/sample-time";
import { type AgentKey, sampleAgents } from "./agents";
import { askSessions } from "./ask-sessions";
import { castVotes } from "./cast-votes";
import { type Office, openOffice, type Session } from "./office";
import type { PersonKey } from "./people";
import { type Random, seededRandom } from "./random";
import { turningPoints } from "./turning-points";
import { habits, shareOfHour, waiting } from "./work";

const hour = 3_600_000;
const day = 24 * hour;
/** At the very end nothing happens but what waits for the visitor. */
const quiet = 8 * 60_000;

/**
 * The past days, hour by hour: agents ask through the real decision path, people vote through the real review, runtimes redeem and report. Only the time is another.
 * @param from when the first day begins; a past that was cut short goes on after its last request to a person
 */
export async function liveThroughMonth(
  from: Date,
  days: number,
  actors: Record<PersonKey, Actor>,
  progress: (line: string) => void,
): Promise<void> {
  const office = await openOffice(actors);
  const end = from.getTime() + days * day;
  for (let at = Math.max(from.getTime(), await lastMoment()); at < end; at += hour) {
    await turn(office, at, end);
    await liveThroughHour(office, at, Math.min(at + hour, end - quiet), end);
    const past = Math.round((at + hour - from.getTime()) / day);
    if (past % 5 === 0 && Math.round((at - from.getTime()) / day) !== past) progress(`${past} of ${days} sample days`);
  }
  const left = waiting.map(([minutesAgo, agent, act]) => ({ at: end - minutesAgo * 60_000, agent, acts: [act] }));
  await askSessions(office, left.sort(byTime), "leave");
}

/** The latest request to a person so far, epoch ms; 0 before any. */
export async function lastMoment(): Promise<number> {
  const { _max } = await db.approval.aggregate({ where: { sample: true }, _max: { requestedAt: true } });
  return _max.requestedAt?.getTime() ?? 0;
}

async function turn(office: Office, at: number, end: number): Promise<void> {
  for (const { daysAgo, hoursLater, run } of turningPoints) {
    const moment = end - daysAgo * day + hoursLater * hour;
    if (moment >= at && moment < at + hour) await atSampleTime(new Date(moment), () => run(office));
  }
}

async function liveThroughHour(office: Office, at: number, until: number, end: number): Promise<void> {
  const redeemed = office.redemptions.filter((session) => session.at < until);
  office.redemptions = office.redemptions.filter((session) => session.at >= until);
  await askSessions(office, sessionsOf(at, until, end).concat(redeemed).sort(byTime), "answer");
  await castVotes(office, until);
  await expireApprovals({ sampleAt: new Date(until) });
}

function byTime(one: Session, other: Session): number {
  return one.at - other.at;
}

/** What agents do in one hour. The same hour of the month always has the same work. */
function sessionsOf(at: number, until: number, end: number): Session[] {
  const weekend = [0, 6].includes(new Date(at).getUTCDay());
  const daysAgo = (end - at) / day;
  return (Object.keys(habits) as AgentKey[]).flatMap((agent) => {
    const { perDay, aroundTheClock = false, sessions } = habits[agent];
    if (sampleAgents[agent].registeredDaysAgo < daysAgo) return [];
    const random = seededRandom(`${agent} ${Math.ceil(daysAgo * 24)}`);
    const ofDay = weekend ? (aroundTheClock ? 0.7 : 0) : 1;
    const expected =
      perDay * ofDay * activity(agent, daysAgo) * shareOfHour(new Date(at).getUTCHours(), aroundTheClock);
    return Array.from({ length: Math.floor(expected + random.next()) }, () => ({
      at: at + random.integer(0, hour - 1),
      agent,
      acts: choose(random, sessions)(random),
    })).filter((session) => session.at < until);
  });
}

/** Since its owner left, the Price Watcher asks for everything and is used less; a suspended agent gives up after two days. */
function activity(agent: AgentKey, daysAgo: number): number {
  if (agent === "prices" && daysAgo < 6) return 0.12;
  if (agent === "people" && daysAgo < 3) return daysAgo < 1 ? 0 : 0.6;
  return 1;
}

function choose<T>(random: Random, shares: readonly [number, T][]): T {
  let left = random.next() * shares.reduce((sum, [share]) => sum + share, 0);
  for (const [share, value] of shares) {
    left -= share;
    if (left < 0) return value;
  }
  return (shares[0] as [number, T])[1];
}
