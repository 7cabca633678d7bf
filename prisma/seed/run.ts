// `npm run db:seed`: the sample organization in the evaluation database of this folder, without starting the program.

import { closePool } from "@/lib/db";
import { stopPlane } from "@/lib/decisions/plane";
import { prepare } from "@/lib/platform/prepare";
import { progress } from "@/lib/platform/process";
import { seed } from "./index";

const { environment, close } = await prepare(process.cwd(), progress);
try {
  if (environment.mode !== "evaluation") throw new Error("Only an evaluation takes sample data: unset DATABASE_URL.");
  const made = await seed({ build: "countersign db:seed", progress });
  progress(made ? "the sample organization is there" : "there was an organization already, nothing was changed");
} finally {
  await stopPlane();
  await closePool();
  await close();
}
process.exit(0);
