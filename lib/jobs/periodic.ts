import { log } from "@/lib/log";

/** Background work that every process with the worker role repeats. Each `run` is safe to run in two processes at once (it takes rows with SKIP LOCKED or compares and swaps). */
export type Job = { name: string; everyMilliseconds: number; run: () => Promise<void> };

/** Starts the jobs; each waits for its own last run. The returned function stops them and resolves when none is running. */
export function startJobs(jobs: Job[]): () => Promise<void> {
  let stopped = false;
  const wakes = new Set<() => void>();
  const loops = jobs.map(async (job) => {
    while (!stopped) {
      try {
        await job.run();
      } catch (error) {
        log.error("job failed", { job: job.name, error });
      }
      if (stopped) break;
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          wakes.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, job.everyMilliseconds);
        wakes.add(wake);
      });
    }
  });
  return async () => {
    stopped = true;
    for (const wake of [...wakes]) wake();
    await Promise.all(loops);
  };
}
