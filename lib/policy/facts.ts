import type { Json } from "@/lib/json";
import { type AmountRefusal, currencyExponent, decimalText, parseAmount, refuseAmountForm } from "@/lib/money";
import { normalizeHost, normalizePath, parseTarget, type Target } from "./hosts";
import { findLinks, type Links } from "./links";
import { compilePointer, type PointerReader } from "./pointer";
import { readRecipients } from "./recipients";
import type { Tool } from "./schema";
import type { Facts, PolicyRequest } from "./types";

/**
 * What a call means, read from its arguments by the roles the catalogue gives them. Read once per request; every layer
 * judges these same facts. A value that is there but cannot be read is kept apart from one that is not there.
 */

export type AmountFact =
  /** The tool has no amount, or this call names none. */
  | { state: "absent" }
  /** Negative, exponential, too fine …: refused by the catalogue layer. */
  | { state: "malformed"; pointer: string; reason: AmountRefusal }
  /** A plain decimal of a currency that is missing or not in ISO 4217. */
  | { state: "currency_unknown"; text: string; currency: string | null }
  | { state: "known"; text: string; minor: bigint; currency: string };

export type Derived = {
  facts: Facts;
  amount: AmountFact;
  /** Canonical recipients; `null` when some value cannot be read as one. */
  recipients: readonly string[] | null;
  /** Where the call goes; `null` when some URL or host cannot be read. `path` is `null` when only a host was named. */
  targets: readonly CallTarget[] | null;
  method: string | undefined;
  regions: readonly string[];
  dataClasses: readonly string[] | null;
  /** Texts that leave with the call; `null` when the value is not text. */
  content: readonly string[] | null;
  /** Links in the content; found when first asked for. */
  links: () => Links | null;
};

export type CallTarget = { host: string; port: number | null; path: string | null };

export type FactReader = (request: PolicyRequest) => Derived;

const nothing: readonly never[] = Object.freeze([]);
const noAmount: AmountFact = Object.freeze({ state: "absent" });

/** @param tool a catalogue entry; its roles are JSON Pointers by schema */
export function compileFacts(tool: Tool): FactReader {
  const roles = tool.argumentRoles ?? {};
  const amountOf = compileAmount(tool);
  const recipientPointers = readers(roles.recipient);
  const urlPointers = readers(roles.url);
  const contentPointers = readers(roles.content);
  const dataClassPointers = readers(roles.dataClass);
  const methodPointer = roles.method === undefined ? null : compilePointer(roles.method);
  const regionPointer = roles.region === undefined ? null : compilePointer(roles.region);

  return (request) => {
    const { arguments: args, resource } = request;
    const amount = amountOf ? amountOf(args) : noAmount;
    const recipients = recipientPointers.length === 0 ? nothing : collect(args, recipientPointers, readRecipients);
    const urls = urlPointers.length === 0 ? nothing : collect(args, urlPointers, readTarget);
    const targets = withResource(urls, resource?.host, resource?.path);
    const content = contentPointers.length === 0 ? nothing : collect(args, contentPointers, asText);
    const stated = resource?.dataClasses ?? nothing;
    const named = dataClassPointers.length === 0 ? nothing : collect(args, dataClassPointers, asText);
    const method = readMethod(methodPointer?.(args) ?? resource?.method, tool);
    const region = regionPointer?.(args);
    const regions =
      region === undefined && resource?.region === undefined && request.context.region === undefined
        ? nothing
        : regionsOf(region, resource?.region, request.context.region);

    const { effect, reversible } = tool;
    const facts: Facts =
      amount.state === "known"
        ? { effect, reversible, amountMinor: amount.minor, amount: amount.text, currency: amount.currency }
        : { effect, reversible };
    if (amount.state === "currency_unknown") facts.amount = amount.text;
    if (recipients?.[0] !== undefined) {
      facts.recipient = recipients[0];
      facts.recipients = recipients;
    }
    const target = targets?.[0];
    if (target) {
      facts.host = target.host;
      if (target.path !== null) facts.path = target.path;
    }
    if (method !== undefined) facts.method = method;
    if (regions[0] !== undefined) facts.region = regions[0];

    return {
      facts,
      amount,
      recipients,
      targets,
      method,
      regions,
      dataClasses: named === null ? null : stated.length === 0 ? named : [...stated, ...named],
      content,
      links: content === nothing ? noLinks : linksOnce(content),
    };
  };
}

const none: Links = { targets: [], unreadable: false };
const noLinks = (): Links => none;

function linksOnce(content: readonly string[] | null): () => Links | null {
  let links: Links | null | undefined;
  return () => {
    if (links === undefined) links = content === null ? null : merged(content.map(findLinks));
    return links;
  };
}

function regionsOf(argument: Json | undefined, resource: string | undefined, context: string | undefined): string[] {
  const regions: string[] = [];
  if (typeof argument === "string") regions.push(argument);
  if (resource !== undefined) regions.push(resource);
  if (context !== undefined) regions.push(context);
  return regions;
}

function readers(pointers: string | string[] | undefined): PointerReader[] {
  if (pointers === undefined) return [];
  return (typeof pointers === "string" ? [pointers] : pointers).map(compilePointer);
}

/** All values under the pointers, each a text or a list of texts; absent and `null` name nothing. */
function collect<T>(args: Json, pointers: PointerReader[], read: (text: string) => T[] | null): T[] | null {
  const found: T[] = [];
  for (const pointer of pointers) {
    const value = pointer(args);
    if (value === undefined || value === null) continue;
    for (const item of Array.isArray(value) ? value : [value]) {
      const values = typeof item === "string" ? read(item) : null;
      if (values === null) return null;
      found.push(...values);
    }
  }
  return found;
}

function readTarget(text: string): Target[] | null {
  const target = parseTarget(text);
  return target === null ? null : [target];
}

function asText(text: string): string[] {
  return [text];
}

/** A runtime may also name the host in `resource`; then that one has to be allowed as well. */
function withResource(
  urls: CallTarget[] | readonly never[] | null,
  host?: string,
  path?: string,
): readonly CallTarget[] | null {
  if (host === undefined || urls === null) return urls;
  const name = normalizeHost(host);
  const normalized = path === undefined ? null : normalizePath(path);
  if (name === null || (path !== undefined && normalized === null)) return null;
  if (normalized === null && urls.some((url) => url.host === name)) return urls;
  return [...urls, { host: name, port: null, path: normalized }];
}

/** A tool that only reads, and names no method, is taken as GET. */
function readMethod(value: Json | undefined, tool: Tool): string | undefined {
  if (typeof value === "string") return value.toUpperCase();
  return value === undefined && tool.effect === "read" ? "GET" : undefined;
}

function compileAmount(tool: Tool): ((args: Json) => AmountFact) | null {
  const pointer = tool.argumentRoles?.amount;
  if (pointer === undefined) return null;
  const amountPointer = compilePointer(pointer);
  const currencyPointer =
    tool.argumentRoles?.currency === undefined ? null : compilePointer(tool.argumentRoles.currency);
  return (args) => {
    const value = amountPointer(args);
    if (value === undefined || value === null) return noAmount;
    const named = currencyPointer?.(args) ?? tool.currency ?? null;
    if (typeof named !== "string" || currencyExponent(named) === undefined) {
      const reason = refuseAmountForm(value);
      if (reason !== null) return { state: "malformed", pointer, reason };
      return { state: "currency_unknown", text: textOf(value), currency: typeof named === "string" ? named : null };
    }
    const text = typeof value === "string" ? value : textOf(value);
    const parsed = parseAmount(value, named);
    if (!parsed.ok) return { state: "malformed", pointer, reason: parsed.reason };
    return { state: "known", text, minor: parsed.minor, currency: named };
  };
}

function textOf(value: Json): string {
  const decimal = decimalText(value);
  return decimal.ok ? decimal.text : "";
}

function merged(all: Links[]): Links {
  if (all.length === 1) return all[0] as Links;
  return { targets: all.flatMap((links) => links.targets), unreadable: all.some((links) => links.unreadable) };
}
