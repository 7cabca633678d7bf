import "server-only";

import { randomBytes } from "node:crypto";
import { pool } from "@/lib/db";
import { base32 } from "@/lib/ids";

/**
 * The log names people by a random pseudonym; this table says who it is, and its row can be erased without touching the log.
 */
const known = new Map<string, Promise<string>>();

/** The pseudonym of a person (their id), or of `system`; made on first use. */
export function pseudonymOf(subject: string): Promise<string> {
  const found = known.get(subject);
  if (found) return found;
  const made = (async () => {
    const find = "SELECT actor FROM audit.actor_pseudonym WHERE subject = $1";
    const { rows } = await pool().query<{ actor: string }>(find, [subject]);
    if (rows[0]) return rows[0].actor;
    await pool().query("INSERT INTO audit.actor_pseudonym (actor, subject) VALUES ($1, $2) ON CONFLICT DO NOTHING", [
      `act_${base32(randomBytes(15))}`,
      subject,
    ]);
    return (await pool().query<{ actor: string }>(find, [subject])).rows[0]?.actor as string;
  })();
  known.set(subject, made);
  made.catch(() => known.delete(subject));
  return made;
}

/** Person ids for pseudonyms; what was erased is left out. */
export async function subjectsOf(actors: readonly string[]): Promise<Map<string, string>> {
  if (actors.length === 0) return new Map();
  const { rows } = await pool().query<{ actor: string; subject: string }>(
    "SELECT actor, subject FROM audit.actor_pseudonym WHERE actor = ANY($1)",
    [actors],
  );
  return new Map(rows.map((row) => [row.actor, row.subject]));
}
