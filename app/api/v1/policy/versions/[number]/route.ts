import { route } from "@/lib/auth/edge";
import { getPolicyVersion } from "@/lib/policy/queries";
import { policyVersionFull, versionPath } from "@/lib/policy/version-schema";

export const GET = route(
  { permission: "policy:read", params: versionPath, response: policyVersionFull },
  ({ params }) => getPolicyVersion(params.number),
);
