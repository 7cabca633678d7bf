import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { TestInfo } from "@playwright/test";

/**
 * There is one draft of the policy for everybody, so tests that change it take turns, across files and workers.
 * @returns ends the turn
 */
export async function draftTurn(info: TestInfo): Promise<() => Promise<void>> {
  const turn = join(info.project.outputDir, "draft-turn");
  await mkdir(info.project.outputDir, { recursive: true });
  for (;;) {
    try {
      await mkdir(turn);
      return () => rm(turn, { recursive: true, force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
