import "server-only";

import type { Tx } from "@/lib/db";
import { sampleTime } from "@/lib/sample-time";

/** The database's clock, millisecond precision: expiry and order never come from the clock of an application host. For sample data, the time it stands for. */
export async function databaseTime(tx: Tx): Promise<Date> {
  const standsFor = sampleTime();
  if (standsFor) return standsFor;
  const [row] = await tx.$queryRaw<{ now: Date }[]>`SELECT date_trunc('milliseconds', clock_timestamp()) AS now`;
  return row?.now as Date;
}
