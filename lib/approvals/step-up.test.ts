import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { siteOf } from "@/lib/auth/webauthn";
import { testAuthenticator, wire } from "@/lib/testing/authenticator";
import { type StepUpEvidence, stepUpChallenge, stepUpFault } from "./step-up";

const site = siteOf("https://countersign.example.com");
const subject = {
  actionDigest: `sha256:${"ab".repeat(32)}`,
  approvalId: "apr_0000000000000fzzzy",
  verdict: "approve",
};
const nonce = Buffer.alloc(32, 7);

test("what is signed is the hash of domain, action digest, approval, verdict and nonce, byte for byte", () => {
  // printf 'countersign/webauthn-approval/v1\n' ‖ ab×32 ‖ 00000016 apr_… ‖ 00000007 approve ‖ 07×32 | sha256sum
  expect(stepUpChallenge(subject, nonce).toString("hex")).toBe(
    "a68b39ac538410ffe919ff999b85d55fca96e93a14fe51a465d67185d6b7e6b3",
  );
});

function evidence(): StepUpEvidence {
  const key = testAuthenticator(site);
  const challenge = stepUpChallenge(subject, nonce).toString("base64url");
  return {
    ...subject,
    ...wire(key.sign(challenge)),
    nonce: nonce.toString("base64url"),
    credentialId: key.credentialId.toString("base64url"),
    publicKey: key.publicKey.toString("base64url"),
  };
}

test("T25 evidence is checked again with nothing but itself and the address, also after it went through JSON", () => {
  const kept = JSON.parse(JSON.stringify(evidence()));
  expect(stepUpFault(kept, site)).toBeNull();
  expect(stepUpFault(kept, siteOf("https://elsewhere.example.com"))).toBe("another_origin");
});

test("T25 evidence of one verdict on one action shows no other", () => {
  const kept = evidence();
  const others: Partial<StepUpEvidence>[] = [
    { actionDigest: `sha256:${"ac".repeat(32)}` },
    { approvalId: "apr_0000000000000fzzzz" },
    { verdict: "deny" },
    { nonce: randomBytes(32).toString("base64url") },
  ];
  for (const other of others) expect(stepUpFault({ ...kept, ...other }, site)).toBe("another_challenge");
  expect(stepUpFault({ ...kept, nonce: "" }, site)).toBe("malformed");
  expect(stepUpFault({ ...kept, actionDigest: "sha256:00" }, site)).toBe("malformed");
  expect(stepUpFault({ ...kept, publicKey: evidence().publicKey }, site)).toBe("wrong_signature");
});
