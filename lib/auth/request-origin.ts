import "server-only";

import { headers } from "next/headers";
import type { Origin } from "./open-session";

/** Where the current request came from. The server in front has already replaced forwarding headers it has no reason to believe. */
export async function requestOrigin(): Promise<Origin> {
  const given = await headers();
  const address = given.get("x-forwarded-for")?.split(",").at(-1)?.trim() ?? "";
  return { address: address.slice(0, 64), userAgent: given.get("user-agent") ?? "" };
}
