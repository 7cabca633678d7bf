import { route } from "@/lib/auth/edge";
import { currentPolicy } from "@/lib/policy/queries";
import { policyVersionFull } from "@/lib/policy/version-schema";

export const GET = route({ permission: "policy:read", response: policyVersionFull }, () => currentPolicy());
