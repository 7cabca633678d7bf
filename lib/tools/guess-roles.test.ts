import { expect, test } from "vitest";
import { guessRoles } from "./guess-roles";

test.each([
  [
    "a payment",
    { recipient: "DE89", amount: 950.5, subject: "Invoice", date: "2026-01-01" },
    { recipient: "/recipient", amount: "/amount", content: "/subject" },
  ],
  [
    "a mail with copies",
    { to: ["a@b.example"], cc: ["c@d.example"], body: "hi" },
    { recipient: ["/to", "/cc"], content: "/body" },
  ],
  [
    "nested arguments",
    { payment: { amount: "1.00", currency: "EUR" } },
    { amount: "/payment/amount", currency: "/payment/currency" },
  ],
  [
    "camel case",
    { dataClass: "customer", httpMethod: "GET", url: "https://example.com" },
    { dataClass: "/dataClass", method: "/httpMethod", url: "/url" },
  ],
  ["names that say nothing", { id: "1", value2: "x", nested: { list: [1] } }, {}],
])("argument roles are proposed from names: %s", (_, args, roles) => {
  expect(guessRoles(args)).toEqual(roles);
});

test("what is not text or number is not proposed as an amount or an address", () => {
  expect(guessRoles({ amount: { value: 1 }, to: 5, url: ["https://a.example"] })).toEqual({ url: "/url" });
});
