import { route } from "@/lib/auth/edge";
import { issueToken } from "@/lib/auth/issue-token";
import { listTokens } from "@/lib/auth/queries";
import { issuedToken, issueTokenInput, tokenPage, tokensQuery } from "@/lib/auth/schema";

export const GET = route(
  { permission: "tokens:write:own", query: tokensQuery, response: tokenPage },
  ({ actor, query }) => listTokens(actor, query),
);

export const POST = route(
  { permission: "tokens:write:own", body: issueTokenInput, response: issuedToken, status: 201 },
  ({ actor, body }) => issueToken(actor, body),
);
