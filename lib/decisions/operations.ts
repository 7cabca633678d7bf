import { z } from "zod";
import type { Operation } from "@/lib/http/openapi";
import { evaluation, evaluationAnswer, evaluations } from "./authzen-schema";
import { decisionRequest, decisionResponse, idempotencyKey, outcomeAnswer, outcomeReport } from "./schema";

/** What the lean plane answers, for the API document: the same schemas that validate there. */
export const decisionOperations: Operation[] = [
  {
    path: "/api/v1/decisions",
    method: "post",
    summary: "May this agent do this, now, with these arguments?",
    permission: "agent",
    headers: z.object({ "Idempotency-Key": idempotencyKey.optional() }),
    body: decisionRequest,
    response: decisionResponse,
    answers: {
      "400": "the document is not valid; it was denied and recorded",
      "401": "bad credential",
      "409": "`chain_diverged`, `log_rolled_back`, `idempotency_expired` or `state_changed`",
      "413": "the body is over 256 KiB",
      "422": "the key was used with another body",
      "429": "too many requests; see Retry-After",
      "503": "the log cannot record, so the answer is deny",
    },
  },
  {
    path: "/api/v1/decisions/{id}",
    method: "get",
    summary: "A recorded decision; with `wait`, answers as soon as its approval is decided",
    permission: "agent",
    query: z.object({ wait: z.int().min(0).max(60).optional().describe("seconds") }),
    response: decisionResponse,
    answers: { "404": "not there, or another agent's" },
  },
  {
    path: "/api/v1/decisions/{id}/outcome",
    method: "post",
    summary: "What really happened after a decision",
    permission: "agent",
    body: outcomeReport,
    response: outcomeAnswer,
    status: 201,
    answers: { "404": "not there, or another agent's" },
  },
  {
    path: "/log/receipt-key",
    method: "get",
    summary: "The key that receipts are signed with",
    permission: "public",
    response: z.object({
      keyId: z.string(),
      algorithm: z.literal("Ed25519"),
      publicKey: z.string().describe("base64 of 32 bytes"),
    }),
  },
  {
    path: "/access/v1/evaluation",
    method: "post",
    summary: "AuthZEN Authorization API 1.0: one evaluation",
    permission: "agent",
    body: evaluation,
    response: evaluationAnswer,
    answers: { "403": "`identity_mismatch`: the subject is not the credential's agent" },
  },
  {
    path: "/access/v1/evaluations",
    method: "post",
    summary: "AuthZEN Authorization API 1.0: several evaluations",
    permission: "agent",
    body: evaluations,
    response: z.object({ evaluations: z.array(evaluationAnswer) }),
    answers: { "403": "`identity_mismatch`: the subject is not the credential's agent" },
  },
  {
    path: "/healthz",
    method: "get",
    summary: "The process is up",
    permission: "public",
    response: z.object({ status: z.literal("ok") }),
  },
  {
    path: "/readyz",
    method: "get",
    summary: "The process can decide: database, snapshot, queue",
    permission: "public",
    response: z.object({ ok: z.boolean(), checks: z.record(z.string(), z.string()) }),
  },
];
