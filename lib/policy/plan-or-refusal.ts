import "server-only";

import { AppError } from "@/lib/errors";
import type { PolicyDraftContent } from "./draft-content";
import { type PublicationPlan, planPublication } from "./publication-plan";

/** What publishing these rules would do now, or why they cannot be published, for showing before anybody tries. */
export async function planOrRefusal(from: {
  content: PolicyDraftContent;
  baseVersion: number;
}): Promise<{ plan: PublicationPlan; refusal?: never } | { plan?: never; refusal: string[] }> {
  try {
    return { plan: await planPublication(from) };
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    return { refusal: error.fields.length > 0 ? error.fields.map(({ message }) => message) : [error.message] };
  }
}
