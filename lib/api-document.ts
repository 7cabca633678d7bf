import "server-only";

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@/lib/errors";

/** The OpenAPI document of this build, made from the routes' declarations. @throws AppError `unavailable` in a build without one */
export async function apiDocument(): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await readFile(join(process.cwd(), "dist", "openapi.json"), "utf8"));
  } catch (cause) {
    throw new AppError("unavailable", "this build has no API document; build it again", { cause });
  }
}
