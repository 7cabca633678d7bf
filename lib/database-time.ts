import "server-only";

import type { Tx } from "@/lib/db";

/** The database's clock, millisecond precision: expiry and order never come from the clock of an application host. */
export async function databaseTime(tx: Tx): Promise<Date> {
  const [row] = await tx.$queryRaw<{ now: Date }[]>`SELECT date_trunc('milliseconds', clock_timestamp()) AS now`;
  return row?.now as Date;
}
