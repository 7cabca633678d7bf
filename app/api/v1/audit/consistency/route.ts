import { proveConsistency } from "@/lib/audit/proofs";
import { stream } from "@/lib/auth/edge";
import { consistencyQuery } from "@/lib/explorer/schema";

/** Base64 lines, as C2SP tlog-witness sends them. */
export const GET = stream({ permission: "audit:read", query: consistencyQuery }, async ({ query }) => {
  const hashes = await proveConsistency(query.from, query.to);
  return new Response(hashes.map((one) => `${one.toString("base64")}\n`).join(""), {
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });
});
