import { expect, test } from "vitest";
import { findLinks } from "./links";
import { networkContains, parseAddress, parseNetwork } from "./networks";
import { compilePointer } from "./pointer";
import { compileRecipientAllowlist, readRecipients } from "./recipients";
import { compileWords } from "./words";

test.each([
  ["bob@acme.example", ["bob@acme.example"]],
  ["Bob@ACME.example", ["bob@acme.example"]],
  ["Bob Smith <bob@acme.example>", ["bob@acme.example"]],
  ["bob@acme.example, eve@evil.example", ["bob@acme.example", "eve@evil.example"]],
  ["bob@acme.example;eve@evil.example", ["bob@acme.example", "eve@evil.example"]],
  ["eve@evil.example <bob@acme.example>", ["bob@acme.example"]],
  ["DE89370400440532013000", ["DE89370400440532013000"]],
  ["Alice", ["Alice"]],
  ["general", ["general"]],
])("%s is addressed to %j", (text, recipients) => {
  // A display name is free text; the one that looks like an address is not where the mail goes.
  if (text.startsWith("eve@")) expect(readRecipients(text)).toBeNull();
  else expect(readRecipients(text)).toEqual(recipients);
});

test.each([
  "",
  "bob@@acme.example",
  "bob@evil.example@acme.example",
  "bob@evil.example bob@acme.example",
  "bob@acme.example\neve@evil.example",
  "bob@acme.example\u0000",
  "<bob@acme.example",
  "bob@acme.example>",
  "bob@acme.example,",
  "bob(at)x@acme.example",
  "Alice\nBob",
  '"bob@acme.example"',
  '"eve@evil.example,"@acme.example',
])("%j has no recipient that is certain", (text) => {
  expect(readRecipients(text)).toBeNull();
});

test("a recipient allowlist knows exact values and globs, and no look-alikes", () => {
  const knows = compileRecipientAllowlist([
    "Alice",
    "DE89",
    "carol@other.example",
    "*@Acme.example",
    "billing-*@partner.example",
  ]);
  for (const known of ["Alice", "DE89", "carol@other.example", "bob@acme.example", "billing-eu@partner.example"])
    expect([known, knows(known)]).toEqual([known, true]);
  for (const unknown of [
    "alice",
    "Alice ",
    "Аlice",
    "bob@acme.example.evil.com",
    "bob@evilacme.example",
    "bob@sub.acme.example",
    "@acme.example.",
    "x@partner.example",
    "\u212Aevin",
  ]) {
    expect([unknown, knows(unknown)]).toEqual([unknown, false]);
  }
  // U+212A is not folded to k.
  expect(compileRecipientAllowlist(["k@acme.example"])(readRecipients("\u212A@acme.example")?.[0] ?? "")).toBe(false);
});

test.each([
  ["see https://evil.example/x?y=1 now", ["evil.example"]],
  ["Check out this link: www.secure-systems-252.com", ["www.secure-systems-252.com"]],
  ["[click](http://evil.example).", ["evil.example"]],
  ["<a href=https://evil.example>x</a>", ["evil.example"]],
  ["go to evil.com/login or sub.evil.io.", ["evil.com", "sub.evil.io"]],
  ["link:evil.com", ["evil.com"]],
  ["write to bob@acme.com about notes.docx, e.g. v1.2, at 10.30", []],
  ["no links here", []],
  ["", []],
])("the links of %j are %j", (text, hosts) => {
  const links = findLinks(text);
  expect(links.unreadable).toBe(false);
  expect(links.targets.map((target) => target.host)).toEqual(hosts);
});

test("a link that cannot be read counts as unreadable", () => {
  for (const text of [
    "https://user@evil.example/",
    "javascript://evil.example/%0a",
    "ftp://evil.example",
    "http://a.examplehttp://b.example",
  ]) {
    expect([text, findLinks(text).unreadable]).toEqual([text, true]);
  }
});

test("words are found at the start of a word, in any case, with _ and - as spaces", () => {
  const finds = compileWords(["passport", "credit card", "id number", "he", "she", "hers"]);
  for (const text of [
    "My PASSPORT",
    "passports",
    "Credit_Card_Number: 1",
    "credit-card",
    "ID_number: 5",
    "x she",
    "ushers hers",
  ])
    expect([text, finds(text)]).toEqual([text, true]);
  for (const text of ["", "compassport", "creditcard", "void number", "usher", "é𝒽e".normalize("NFC")])
    expect([text, finds(text)]).toEqual([text, false]);
  expect(compileWords([])("anything")).toBe(false);
});

test("networks hold their addresses and no others", () => {
  const holds = (network: string, address: string) => {
    const parsed = parseAddress(address);
    return parsed !== null && networkContains(parseNetwork(network), parsed);
  };
  expect(holds("192.168.0.0/16", "192.168.255.255")).toBe(true);
  expect(holds("192.168.0.0/16", "192.169.0.0")).toBe(false);
  expect(holds("::/0", "::1")).toBe(true);
  expect(holds("fe80::/10", "fe80::1")).toBe(true);
  expect(holds("1.2.3.4/32", "1.2.3.4")).toBe(true);
  for (const bad of [
    "10.0.0.1/8",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/08",
    "10.0.0/8",
    "x/8",
    "::1/129",
    "1::2::3/64",
    "::1/0",
  ])
    expect(() => parseNetwork(bad)).toThrow(RangeError);
  for (const bad of [
    "1.2.3",
    "01.2.3.4",
    "1.2.3.256",
    "::g",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7",
    "fe80::1%eth0",
    "::1.2.3",
    "",
  ])
    expect([bad, parseAddress(bad)]).toEqual([bad, null]);
});

test("a pointer finds own members only", () => {
  const document = { a: { "b/c": [1, { "~": "x" }] }, "": 5 };
  expect(compilePointer("/a/b~1c/1/~0")(document)).toBe("x");
  expect(compilePointer("/")(document)).toBe(5);
  expect(compilePointer("/a/b~1c/01")(document)).toBeUndefined();
  for (const name of ["constructor", "__proto__", "toString", "a/constructor/name", "a/b~1c/length"])
    expect([name, compilePointer(`/${name}`)(document)]).toEqual([name, undefined]);
});
