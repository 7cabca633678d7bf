import "server-only";

import { db } from "@/lib/db";

/** Deletes sessions and one-time links that ended a month ago. What happened with them is in the log. */
export const forgetEnded = {
  name: "ended sessions",
  everyMilliseconds: 60 * 60_000,
  run: async () => {
    await db.$executeRaw`DELETE FROM session WHERE least(expires_at, revoked_at) < clock_timestamp() - interval '30 days'`;
    await db.$executeRaw`DELETE FROM sign_in_link WHERE least(expires_at, used_at) < clock_timestamp() - interval '30 days'`;
  },
};
