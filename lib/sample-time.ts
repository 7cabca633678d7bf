import "server-only";

import { AsyncLocalStorage } from "node:async_hooks";

/**
 * The past time that sample data stands for. Only the seed of evaluation mode sets it: use cases called within then date their rows and entries by it, and every
 * such entry is marked. The log itself refuses it where it is not an evaluation log.
 */
const standsFor = new AsyncLocalStorage<Date>();

/** Runs `work` as what happened at `at`. */
export function atSampleTime<Result>(at: Date, work: () => Promise<Result>): Promise<Result> {
  return standsFor.run(at, work);
}

/** The time the running work stands for; undefined in all real work, so that rows take the database's own. */
export function sampleTime(): Date | undefined {
  return standsFor.getStore();
}
