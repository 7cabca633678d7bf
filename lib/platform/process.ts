import "server-only";

const started = Number(process.env.COUNTERSIGN_STARTED_AT ?? Date.now());

/** Prints one step of the start with the seconds since the command was typed. */
export function progress(line: string): void {
  console.log(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`);
}

/**
 * Resolves at the first request to stop: Ctrl-C, SIGTERM, or the end of the terminal. Call it before anything is started. Whoever asks
 * again later than a second after that is tired of waiting: the process ends at once.
 */
export function untilStopped(): Promise<void> {
  return new Promise((settle) => {
    let askedAt: number | null = null;
    const stop = () => {
      // A terminal and the launcher both pass Ctrl-C on, so the same request arrives twice.
      if (askedAt !== null && Date.now() - askedAt > 1_000) process.exit(130);
      askedAt ??= Date.now();
      settle();
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
    // The launcher was killed: nobody is left to pass signals on.
    process.once("disconnect", stop);
    process.channel?.unref();
  });
}
