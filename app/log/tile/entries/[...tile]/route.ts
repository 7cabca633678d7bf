import { z } from "zod";
import { entryBundle } from "@/lib/audit/entry-bundle";
import { stream } from "@/lib/auth/edge";

const params = z.strictObject({ tile: z.array(z.string().max(10)).min(1).max(8) });

/** Entry bundles of the log: what the lean plane does not give to strangers. C2SP tlog-tiles. */
export const GET = stream({ permission: "audit:read", params }, async ({ params: { tile } }) => {
  const body = await entryBundle(`entries/${tile.join("/")}`);
  return new Response(new Uint8Array(body), {
    headers: { "content-type": "application/octet-stream", "cache-control": "private, max-age=31536000, immutable" },
  });
});
