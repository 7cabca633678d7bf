import { route } from "@/lib/auth/edge";
import { answerChange } from "@/lib/tools/answer-change";
import { changeAnswer } from "@/lib/tools/import-schema";
import { getTool } from "@/lib/tools/queries";
import { toolDto } from "@/lib/tools/schema";

export const POST = route(
  { permission: "tools:write", body: changeAnswer, response: toolDto },
  async ({ actor, body }) => {
    await answerChange(actor, body);
    return getTool(body.name);
  },
);
