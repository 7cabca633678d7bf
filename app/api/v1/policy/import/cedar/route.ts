import { route } from "@/lib/auth/edge";
import { cedarImportAnswer, cedarImportInput } from "@/lib/policy/cedar-import-schema";
import { readCedarGuardrails } from "@/lib/policy/read-cedar-guardrails";

export const POST = route(
  { permission: "policy:write", body: cedarImportInput, response: cedarImportAnswer },
  ({ body }) => readCedarGuardrails(body),
);
