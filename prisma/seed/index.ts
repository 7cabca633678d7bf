import "server-only";

import { importAgents } from "@/lib/agents/import-agents";
import { project } from "@/lib/audit/project";
import { db } from "@/lib/db";
import { startPlane } from "@/lib/decisions/plane";
import { ensurePolicy } from "@/lib/policy/publish";
import { atSampleTime } from "@/lib/sample-time";
import { importTools } from "@/lib/tools/put-tool";
import { registration, sampleAgents } from "./agents";
import { lastMoment, liveThroughMonth } from "./month";
import { addPeople, sampleActors } from "./people";
import { sampleTools } from "./tools";

/**
 * Fills a new evaluation with one believable organization: people, tools, agents, and thirty days of decisions. Everything is made by the use cases that real work goes
 * through, at the past time it stands for, and marked as sample data: in the rows, and in every entry of the log.
 *
 * Each step looks whether it was done, so a seed that was cut short goes on where it stopped, and one that is complete does nothing.
 * @param options.build    names the program in the log
 * @param options.progress gets a line now and then
 * @param options.days     length of the past, 30 when left out
 * @returns whether anything was made now
 */
export async function seed({
  build,
  progress,
  days = 30,
}: {
  build: string;
  progress: (line: string) => void;
  days?: number;
}): Promise<boolean> {
  if (await isComplete(days)) return false;
  progress("making the sample organization");
  const from = await beginning(days);
  await atSampleTime(from, async () => {
    await ensurePolicy("system");
    if ((await db.person.count()) === 0) await addPeople();
    const { ada } = await sampleActors();
    await importTools({ personId: ada.personId }, "The tools our agents work with", sampleTools);
    if ((await db.agent.count()) === 0)
      await importAgents(
        { personId: ada.personId },
        Object.values(sampleAgents).map((agent) => imported(agent, from, days)),
      );
  });
  await startPlane(build);
  await liveThroughMonth(from, days, await sampleActors(), progress);
  await project(); // the first visitor sees all of it
  return true;
}

const dayMilliseconds = 86_400_000;

function imported(agent: (typeof sampleAgents)[keyof typeof sampleAgents], from: Date, days: number) {
  const day = (daysFromNow: number) => new Date(from.getTime() + (days + daysFromNow) * dayMilliseconds);
  return {
    agent: registration(agent),
    status: agent.status,
    ...(agent.status === "active" ? { credential: { expiresAt: day(agent.credentialDays).toISOString() } } : {}),
    sampleAt: day(-Math.min(agent.registeredDaysAgo, days)),
  };
}

/** When the first day began; kept by the first agents, so that a seed that goes on keeps its days. */
async function beginning(days: number): Promise<Date> {
  const first = await db.agent.findFirst({
    where: { sample: true },
    orderBy: { createdAt: "asc" },
    select: { createdAt: true },
  });
  return first?.createdAt ?? new Date(Date.now() - days * dayMilliseconds);
}

/** True for a finished sample, and for an installation that somebody else began. */
async function isComplete(days: number): Promise<boolean> {
  const people = await db.person.count({ where: { sample: false } });
  if (people > 0) return true;
  if ((await db.agent.count({ where: { sample: true } })) === 0) return false;
  return (await lastMoment()) >= (await beginning(days)).getTime() + days * dayMilliseconds - 3 * 3_600_000;
}
