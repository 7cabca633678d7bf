import "server-only";

import { permissionsOf, roles } from "@/lib/auth/permissions";
import { pool } from "@/lib/db";
import type { AskedDelta } from "./forecast";
import type { Forecast } from "./forecast-schema";

const votingRoles = roles.filter((role) => permissionsOf([role]).has("approvals:vote"));

/**
 * What a forecast means for the people who are asked: requests per day and per approver as they were, and with the draft. The wait is of real requests that people
 * decided; nobody can say how long the new ones would wait.
 * @param deltas what would be asked more or less
 */
export async function forecastApprovals(
  from: Date,
  to: Date,
  deltas: readonly AskedDelta[],
): Promise<Forecast["approvals"]> {
  const [wait, perDay, perGroup, people] = await Promise.all([
    pool().query<{ median: number | null; decided: string }>(
      `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - requested_at)) AS median, count(*) AS decided
         FROM approval WHERE requested_at >= $1 AND decided_at IS NOT NULL AND status IN ('approved', 'denied', 'consumed')`,
      [from],
    ),
    pool().query<{ day: string; count: string }>(
      `SELECT to_char(hour AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, sum(count) AS count FROM decision_hourly WHERE hour >= $1 AND outcome = 'approval_required' GROUP BY 1`,
      [from],
    ),
    pool().query<{ agent: string; groups: string[]; count: string }>(
      "SELECT agent_id AS agent, groups, count(*) AS count FROM approval WHERE requested_at >= $1 GROUP BY 1, 2",
      [from],
    ),
    pool().query<{ id: string; name: string; groups: string[]; owns: string[] }>(
      `SELECT p.id, p.name,
              ARRAY(SELECT g.key FROM approver_group_member m JOIN approver_group g ON g.id = m.group_id WHERE m.person_id = p.id) AS groups,
              ARRAY(SELECT a.id FROM agent a WHERE a.owner_id = p.id OR a.backup_owner_id = p.id) AS owns
         FROM person p WHERE p.active AND p.roles && $1 ORDER BY p.name, p.id`,
      [votingRoles],
    ),
  ]);

  const asked = new Map(perDay.rows.map((row) => [row.day, Number(row.count)]));
  const change = new Map<string, number>();
  for (const { day, count } of deltas) change.set(day, (change.get(day) ?? 0) + count);
  const days: Forecast["approvals"]["perDay"] = [];
  for (let at = Date.parse(from.toISOString().slice(0, 10)); at <= to.getTime(); at += 86_400_000) {
    const day = new Date(at).toISOString().slice(0, 10);
    const before = asked.get(day) ?? 0;
    days.push({ day, before, after: Math.max(0, before + (change.get(day) ?? 0)) });
  }

  const requests = perGroup.rows.map((row) => ({ agent: row.agent, groups: row.groups, count: Number(row.count) }));
  const perApprover = people.rows.map(({ id, name, groups, owns }) => {
    const of = (all: readonly { agent: string; groups: readonly string[]; count: number }[]) => {
      let count = 0;
      for (const one of all) {
        const isAsked = one.groups.length === 0 || one.groups.some((group) => groups.includes(group));
        if (isAsked && !owns.includes(one.agent)) count += one.count;
      }
      return count;
    };
    const before = of(requests);
    return { id, name, before, after: Math.max(0, before + of(deltas)) };
  });
  const { median = null, decided = "0" } = wait.rows[0] ?? {};
  return {
    medianWaitSeconds: median === null ? null : Math.round(median),
    decided: Number(decided),
    perDay: days,
    perApprover: perApprover.filter(({ before, after }) => before > 0 || after > 0).slice(0, 100),
  };
}
