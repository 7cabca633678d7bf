import "server-only";

import { AppError } from "@/lib/errors";
import { currentPolicy } from "@/lib/policy/queries";
import type { Mandate } from "@/lib/policy/schema";
import { validateMandate } from "@/lib/policy/validate";

/**
 * Refuses a mandate that has the right shape and could still not be judged: unknown time zones and currencies, amounts finer than their
 * currency, malformed hosts. A tool that is not in the catalogue is accepted, because it is refused when it is called.
 * @throws AppError `invalid_request` with each problem at its field below `/mandate`
 */
export async function checkMandate(mandate: Mandate): Promise<void> {
  const { content } = await currentPolicy();
  const fields = validateMandate(mandate, content)
    .filter((problem) => problem.severity === "error")
    .slice(0, 20)
    .map(({ path, message }) => ({ path: `/mandate${path}`, message }));
  const first = fields[0];
  if (first) throw new AppError("invalid_request", `\`${first.path}\` is not valid: ${first.message}`, { fields });
}
