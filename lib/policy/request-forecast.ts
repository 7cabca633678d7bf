import "server-only";

import { pool } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { type PolicyDraftContent, policyDraftContent } from "./draft-content";
import { forecastPolicy, type Progress } from "./forecast";
import type { Forecast, ForecastInput } from "./forecast-schema";
import { currentPolicy } from "./queries";
import { validatePolicySet } from "./validate";

/**
 * The forecast of the draft, or of the content that comes with the question.
 * @param heard.signal ends the work when nobody waits for it any more
 * @throws AppError `conflict` when the draft is at another revision · `invalid_request` with the sentences of `validatePolicySet` · `too_many_requests`
 */
export async function requestForecast(
  input: ForecastInput,
  heard: { signal?: AbortSignal | undefined; progress?: ((progress: Progress) => void) | undefined } = {},
): Promise<Forecast> {
  const draft = input.content ? await checked(input.content) : await draftAt(input.revision);
  return forecastPolicy({ days: input.days, draft, now: new Date(), ...heard });
}

/** Without a draft, the policy in force: the forecast then says that nothing changes. */
async function draftAt(revision: number | undefined): Promise<PolicyDraftContent> {
  const { rows } = await pool().query<{ content: unknown; revision: number }>(
    "SELECT content, revision FROM policy_draft",
  );
  const found = rows[0];
  if (revision !== undefined && revision !== (found?.revision ?? 0))
    throw new AppError("conflict", "the draft was saved again meanwhile; ask for the forecast of what it says now");
  return found?.content ? policyDraftContent.parse(found.content) : (await currentPolicy()).content;
}

async function checked(content: PolicyDraftContent): Promise<PolicyDraftContent> {
  const { tools } = (await currentPolicy()).content;
  const problems = validatePolicySet({ ...content, version: 1, tools }).filter(({ severity }) => severity === "error");
  if (problems.length > 0) {
    throw new AppError("invalid_request", problems[0]?.message ?? "the policy is not valid", {
      fields: problems.slice(0, 20).map(({ path, message }) => ({ path, message })),
    });
  }
  return content;
}
