import "server-only";

import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What the next ID token says, or says wrongly. */
export type Claims = {
  sub: string;
  email?: string;
  email_verified?: boolean;
  name?: string;
  iss?: string;
  aud?: string;
  nonce?: string;
  exp?: number;
};

export type IdentityProvider = {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Who is at the keyboard. `forge` signs with a key the provider does not publish. */
  next: Claims & { forge?: boolean };
  /** Goes through the provider's page: takes the address the browser was sent to, gives the one it is sent back to. */
  consent(authorizationUrl: string): string;
  close(): Promise<void>;
};

/** A small OpenID provider on loopback: discovery, keys, authorization code with PKCE. It checks what it is sent. */
export async function identityProvider(): Promise<IdentityProvider> {
  const published = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const unpublished = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const codes = new Map<string, { challenge: string; nonce: string; redirect: string }>();
  let issuer = "";

  const server: Server = createServer(async (request, response) => {
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const url = new URL(request.url ?? "/", issuer);
    if (url.pathname === "/.well-known/openid-configuration") {
      return answer(200, {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"],
        code_challenge_methods_supported: ["S256"],
      });
    }
    if (url.pathname === "/keys")
      return answer(200, {
        keys: [{ ...published.publicKey.export({ format: "jwk" }), kid: "one", use: "sig", alg: "RS256" }],
      });
    if (url.pathname !== "/token") return answer(404, {});

    let body = "";
    for await (const part of request) body += part;
    const form = new URLSearchParams(body);
    const code = codes.get(form.get("code") ?? "");
    codes.delete(form.get("code") ?? "");
    const verifier = form.get("code_verifier") ?? "";
    const client = Buffer.from(request.headers.authorization?.replace("Basic ", "") ?? "", "base64").toString();
    if (
      !code ||
      client !== `${provider.clientId}:${provider.clientSecret}` ||
      form.get("redirect_uri") !== code.redirect
    )
      return answer(400, { error: "invalid_grant" });
    if (createHash("sha256").update(verifier).digest("base64url") !== code.challenge)
      return answer(400, { error: "invalid_grant" });

    const { forge, ...claims } = provider.next;
    const now = Math.floor(Date.now() / 1000);
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const unsigned = `${encode({ alg: "RS256", kid: "one" })}.${encode({ iss: issuer, aud: provider.clientId, iat: now, exp: now + 300, nonce: code.nonce, ...claims })}`;
    const signature = sign(
      "sha256",
      Buffer.from(unsigned),
      forge ? unpublished.privateKey : published.privateKey,
    ).toString("base64url");
    answer(200, {
      access_token: randomBytes(16).toString("hex"),
      token_type: "Bearer",
      id_token: `${unsigned}.${signature}`,
    });
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const provider: IdentityProvider = {
    issuer,
    clientId: "countersign",
    clientSecret: "a-client-secret",
    next: { sub: "nobody" },
    consent(authorizationUrl) {
      const asked = new URL(authorizationUrl).searchParams;
      const code = randomBytes(16).toString("hex");
      codes.set(code, {
        challenge: asked.get("code_challenge") ?? "",
        nonce: asked.get("nonce") ?? "",
        redirect: asked.get("redirect_uri") ?? "",
      });
      const back = new URL(asked.get("redirect_uri") ?? "");
      back.searchParams.set("code", code);
      back.searchParams.set("state", asked.get("state") ?? "");
      return back.href;
    },
    close: () => new Promise((done) => server.close(() => done())),
  };
  return provider;
}
