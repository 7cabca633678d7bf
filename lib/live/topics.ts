/** What an open page can be told about: requests for approval, and new rows of the read models. */
export const topics = ["approvals", "activity"] as const;
export type Topic = (typeof topics)[number];
