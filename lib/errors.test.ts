import { describe, expect, test } from "vitest";
import { AppError, toProblem } from "./errors";

const failure = (properties: object, cause?: unknown) => Object.assign(new Error("x", { cause }), properties);

describe("what a failure is told as", () => {
  test.each([
    ["a refused connection", failure({ code: "ECONNREFUSED" })],
    ["a socket that is gone", failure({ code: "ENOENT", syscall: "connect" })],
    ["a server that shuts down", failure({ code: "57P01" })],
    ["a full disk", failure({ code: "53100" })],
    ["too many connections", failure({ code: "53300" })],
    ["a query that took too long", failure({ code: "57014" })],
    ["a pool without a connection", new Error("timeout exceeded when trying to connect")],
    ["a lost connection", new Error("Connection terminated unexpectedly")],
    ["a silent server", new Error("Query read timeout")],
    ["the same under another error", failure({ code: "P2010" }, failure({ originalCode: "57P03" }))],
  ])("T15 %s is 503 and says nothing of the inside", (_, error) => {
    const problem = toProblem(error, "r");
    expect([problem.status, problem.code]).toEqual([503, "unavailable"]);
    expect(JSON.stringify(problem)).not.toMatch(/57|53100|ECONN|timeout|terminated/);
  });

  test.each([
    ["a bug", new TypeError("cannot read properties of undefined")],
    ["a broken constraint", failure({ code: "23505", detail: "secret" })],
    ["a file that is not there", failure({ code: "ENOENT", syscall: "open" })],
    ["a text", "secret"],
    ["nothing", undefined],
  ])("%s is 500 without detail", (_, error) => {
    expect(toProblem(error)).toEqual({
      type: "urn:countersign:error:internal",
      title: "internal",
      status: 500,
      code: "internal",
      detail: "something went wrong on our side",
    });
  });

  test("a refusal of ours is told as it was meant, whatever caused it", () => {
    const problem = toProblem(new AppError("conflict", "it is taken", { cause: failure({ code: "57P01" }) }));
    expect([problem.status, problem.code, problem.detail]).toEqual([409, "conflict", "it is taken"]);
  });
});
