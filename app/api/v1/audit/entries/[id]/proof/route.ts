import { stream } from "@/lib/auth/edge";
import { proofFile } from "@/lib/explorer/prove-entry";
import { entryParams } from "@/lib/explorer/schema";

export const GET = stream(
  { permission: ["audit:read", "audit:read:own"], params: entryParams },
  async ({ actor, params }) => {
    const headers = {
      "content-type": "text/plain; charset=utf-8",
      "content-disposition": `attachment; filename="${params.id}.tlog-proof"`,
      "cache-control": "no-store",
    };
    return new Response(await proofFile(actor, params.id), { headers });
  },
);
