import { queryOptions } from "@tanstack/react-query";
import { type ApprovalPage, approvalPage } from "./schema";

/**
 * One page of the inbox, as the browser asks for it.
 * @param search the view as search parameters (`inboxToUrl`)
 */
export function inboxPageQuery(search: string) {
  return queryOptions({
    queryKey: ["approvals", "inbox", search],
    queryFn: async ({ signal }): Promise<ApprovalPage> => {
      const response = await fetch(`/api/console/approvals?${search}`, {
        signal,
        headers: { accept: "application/json" },
      });
      if (!response.ok) throw new Error(`the inbox answered ${response.status}`);
      return approvalPage.parse(await response.json());
    },
  });
}
