import "server-only";

import { AppError } from "@/lib/errors";
import type { PolicyDraftContent } from "./draft-content";
import { readDraft, staleDraft } from "./drafts";
import { forecastPolicy, type Progress } from "./forecast";
import type { Forecast, ForecastInput } from "./forecast-schema";
import type { PolicyDraft } from "./publication-schema";
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
  const draft = await readDraft();
  if (revision !== undefined && revision !== draft.revision) throw await staleDraft();
  return refuseProblems(draft);
}

async function checked(content: PolicyDraftContent): Promise<PolicyDraftContent> {
  const { tools } = (await currentPolicy()).content;
  return refuseProblems({ content, problems: validatePolicySet({ ...content, version: 1, tools }) });
}

/** What could not be published is not worth a forecast. */
function refuseProblems({ content, problems }: Pick<PolicyDraft, "content" | "problems">): PolicyDraftContent {
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    throw new AppError("invalid_request", errors[0]?.message ?? "the policy is not valid", {
      fields: errors.slice(0, 20).map(({ path, message }) => ({ path, message })),
    });
  }
  return content;
}
