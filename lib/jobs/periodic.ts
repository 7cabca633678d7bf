import { log } from "@/lib/log";

/** Background work that every process with the worker role repeats. Each `run` is safe to run in two processes at once (it takes rows with SKIP LOCKED or compares and swaps). */
export type Job = {
  name: string;
  /** The least time between the end of one run and the start of the next. */
  everyMilliseconds: number;
  /** Share of the clock it may take, 0 to 1: after a long run it rests in proportion. */
  share?: number;
  run: () => Promise<void>;
};

/** Starts the jobs; each waits for its own last run. The returned function stops them and resolves when none is running. */
export function startJobs(jobs: Job[]): () => Promise<void> {
  let stopped = false;
  const wakes = new Set<() => void>();
  const loops = jobs.map(async (job) => {
    while (!stopped) {
      const started = performance.now();
      try {
        await job.run();
      } catch (error) {
        log.error("job failed", { job: job.name, error });
      }
      if (stopped) break;
      const rest = job.share ? (performance.now() - started) * (1 / job.share - 1) : 0;
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          wakes.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, Math.max(job.everyMilliseconds, rest));
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
