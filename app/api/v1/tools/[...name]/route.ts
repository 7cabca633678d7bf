import { route } from "@/lib/auth/edge";
import { putTool } from "@/lib/tools/put-tool";
import { getTool } from "@/lib/tools/queries";
import { removeTool } from "@/lib/tools/remove-tool";
import { toolDto, toolInput, toolPath } from "@/lib/tools/schema";

export const GET = route({ permission: "tools:read", params: toolPath, response: toolDto }, ({ params }) =>
  getTool(params.name),
);

export const PUT = route(
  { permission: "tools:write", params: toolPath, body: toolInput, response: toolDto },
  async ({ actor, params, body }) => {
    await putTool(actor, params.name, body);
    return getTool(params.name);
  },
);

export const DELETE = route(
  { permission: "tools:write", params: toolPath, response: toolDto, status: 204 },
  async ({ actor, params }) => {
    const removed = await getTool(params.name);
    await removeTool(actor, params.name);
    return removed;
  },
);
