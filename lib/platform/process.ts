import "server-only";

import { spawn } from "node:child_process";
import { format, stripVTControlCharacters } from "node:util";
import { ConfigurationError } from "@/lib/env";
import { log } from "@/lib/log";
import { MigrationError } from "@/lib/platform/migrate";

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

/** What packages print as warnings and errors goes to the operational log from now on, one event to a line. */
export function consoleToLog(): void {
  console.warn = (...given) => log.warn("printed", { text: stripVTControlCharacters(format(...given)) });
  console.error = (...given) => log.error("printed", { text: stripVTControlCharacters(format(...given)) });
}

/**
 * An error that nobody caught leaves the process in a state that nobody knows: it is logged, and the program stops in order, with a code that makes
 * its supervisor start it again. Call it after everybody else who listens for such errors, and `untilStopped` before it.
 */
export function stopOnUncaught(): void {
  process.once("uncaughtException", (error) => {
    log.error("an error was not caught; stopping", { error });
    process.exitCode = 1;
    setTimeout(() => process.exit(1), 10_000).unref();
    process.emit("SIGTERM");
  });
}

/**
 * What to say about an error that ended the start: sentences for the person who typed the command, or null when it is a bug of ours and
 * belongs in the log with its stack.
 */
export function startProblems(error: unknown): string[] | null {
  if (error instanceof ConfigurationError) return error.problems;
  if (error instanceof MigrationError) return [sentence(error.message)];
  const { code, address, port, message } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === "EADDRINUSE")
    return [`Another program already uses port ${port} on ${address}: stop it, or set PORT to a free one.`];
  if (code === "EACCES" && port) return [`Port ${port} needs special rights: set PORT to a number above 1023.`];
  if (code === "EADDRNOTAVAIL") return [`This machine has no address ${address}: set HOST to one it has.`];
  const database =
    /^(28|3D|57P03|08)/.test(code ?? "") ||
    ["ECONNREFUSED", "ENOTFOUND", "ETIMEDOUT", "ECONNRESET"].includes(code ?? "");
  if (database) return [`The database of DATABASE_URL does not let us in: ${message}.`];
  return null;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

/** Shows an address in the person's browser, when a person is there: a terminal, and no build machine. Failing is fine. */
export function showInBrowser(address: string): void {
  if (!process.stdout.isTTY || process.env.CI || process.env.SSH_CONNECTION) return;
  const [command, ...first] = { darwin: ["open"], win32: ["cmd", "/c", "start"] }[process.platform as string] ?? [
    "xdg-open",
  ];
  const opener = spawn(command ?? "", [...first, address], { stdio: "ignore", detached: true });
  opener.on("error", () => {});
  opener.unref();
}
