import { route } from "@/lib/auth/edge";
import { listTools } from "@/lib/tools/queries";
import { toolFilter, toolPage } from "@/lib/tools/schema";

export const GET = route({ permission: "tools:read", query: toolFilter, response: toolPage }, ({ query }) =>
  listTools(query),
);
