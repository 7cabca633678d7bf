import { route } from "@/lib/auth/edge";
import { listPolicyVersions } from "@/lib/policy/queries";
import { policyVersionPage, versionsQuery } from "@/lib/policy/version-schema";

export const GET = route(
  { permission: "policy:read", query: versionsQuery, response: policyVersionPage },
  ({ query }) => listPolicyVersions(query),
);
