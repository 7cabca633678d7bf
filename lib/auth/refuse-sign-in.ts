import "server-only";

import { recordChange } from "@/lib/audit/append";
import type { Method, Origin } from "./open-session";

/** Puts a refused sign-in in the log. What was typed as the account is payload: people type passwords there. */
export async function refuseSignIn(method: Method, account: string, reason: string, origin: Origin): Promise<void> {
  await recordChange("system", async () => ({
    result: undefined,
    events: [
      {
        kind: "sign_in_refused",
        payload: {
          method,
          account: account.slice(0, 254),
          reason,
          address: origin.address,
          userAgent: origin.userAgent.slice(0, 400),
        },
      },
    ],
  }));
}
