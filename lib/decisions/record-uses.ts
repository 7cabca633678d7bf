import "server-only";

import { pool } from "@/lib/db";
import { takeUses } from "./edge";

/** Writes when each credential was last used. A Job. */
export async function recordUses(): Promise<void> {
  const uses = takeUses();
  if (uses.length === 0) return;
  await pool().query(
    `INSERT INTO credential_use (credential_id, last_used_at, calls)
     SELECT c, to_timestamp(a / 1000.0), n FROM unnest($1::text[], $2::float8[], $3::bigint[]) u(c, a, n) ORDER BY c
     ON CONFLICT (credential_id) DO UPDATE SET last_used_at = greatest(credential_use.last_used_at, excluded.last_used_at), calls = credential_use.calls + excluded.calls`,
    [uses.map((use) => use.credential), uses.map((use) => use.at), uses.map((use) => use.calls)],
  );
}
