// Brings the database to this version and ends: `npm run db:migrate`. A start does the same by itself.

import { ConfigurationError } from "@/lib/env";
import { MigrationError } from "@/lib/platform/migrate";
import { prepare } from "@/lib/platform/prepare";
import { progress } from "@/lib/platform/process";

try {
  const { close } = await prepare(process.cwd(), progress);
  progress("the database is up to date");
  await close();
} catch (error) {
  if (!(error instanceof ConfigurationError || error instanceof MigrationError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
