import { z } from "zod";
import { checkReceipts, receiptStates } from "@/lib/audit/check-receipts";
import { route } from "@/lib/auth/edge";
import { receiptSchema } from "@/lib/decisions/schema";

export const POST = route(
  {
    permission: "audit:read",
    body: z.strictObject({ receipts: z.array(receiptSchema).min(1).max(1000) }),
    response: z.object({ results: z.array(z.object({ entryId: z.string(), state: z.enum(receiptStates) })) }),
  },
  async ({ body }) => {
    const states = await checkReceipts(body.receipts);
    return {
      results: body.receipts.map(({ entryId }, at) => ({ entryId, state: states[at] as (typeof states)[number] })),
    };
  },
);
