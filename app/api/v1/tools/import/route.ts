import { route } from "@/lib/auth/edge";
import { importDocument } from "@/lib/tools/import-document";
import { importAnswer, importInput } from "@/lib/tools/import-schema";

export const POST = route({ permission: "tools:write", body: importInput, response: importAnswer }, ({ actor, body }) =>
  importDocument(actor, body),
);
