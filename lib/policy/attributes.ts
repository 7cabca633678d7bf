import type { Json } from "@/lib/json";
import type { CompiledRates } from "@/lib/money";
import type { Derived } from "./facts";
import type { MandateKnowledge } from "./knowledge";
import { compilePointer } from "./pointer";
import type { Tool } from "./schema";
import type { PolicyRequest, Principal } from "./types";

/**
 * The attributes a condition may name, and how each is read. Absent is `undefined`, never `false` or an empty text.
 * An attribute with several values (recipients, hosts, links) is a list; see `conditions.ts` for how lists compare.
 */

/** Everything one evaluation can look at. `notAfter` is lowered by whatever reads a fact that expires. */
export type RuleContext = {
  readonly request: PolicyRequest;
  readonly tool: Tool;
  readonly now: number;
  readonly derived: Derived;
  readonly knowledge: MandateKnowledge;
  readonly rates: CompiledRates | undefined;
  notAfter: number;
};

export type Scalar = string | number | boolean;
export type AttributeValue = Scalar | readonly Scalar[] | undefined;

/** What an attribute holds; decides which operators and values fit it. `any` is whatever the arguments or context hold. */
export type AttributeKind = "text" | "number" | "boolean" | "list" | "money" | "time" | "any";

export type Attribute = {
  name: string;
  kind: AttributeKind;
  /** Whether a well-formed request for a catalogued tool always has it. */
  always: boolean;
  /** For the rule builder: what it is, in a few words. */
  label: string;
  read: (context: RuleContext) => AttributeValue;
  /** The value that is already known for an agent and a tool; `null` when only a request can say. */
  fixed?: (principal: Principal, tool: Tool) => { value: AttributeValue } | null;
};

const unset = { value: undefined };

function ofPrincipal(field: keyof Principal, label: string, always = true): Attribute {
  const held = (principal: Principal) => principal[field] ?? undefined;
  return {
    name: `principal.${field}`,
    kind: "text",
    always,
    label,
    read: (context) => held(context.request.principal),
    fixed: (principal) => ({ value: held(principal) }),
  };
}

function ofTool(field: "effect" | "reversible" | "source", label: string): Attribute {
  return {
    name: `action.${field}`,
    kind: field === "reversible" ? "boolean" : "text",
    always: true,
    label,
    read: (context) => context.tool[field],
    fixed: (_principal, tool) => ({ value: tool[field] }),
  };
}

function ofResource(field: "type" | "id" | "host" | "path" | "method" | "region", label: string): Attribute {
  return {
    name: `resource.${field}`,
    kind: "text",
    always: false,
    label,
    read: (context) => context.request.resource?.[field],
  };
}

function ofRoles(
  name: string,
  kind: AttributeKind,
  label: string,
  present: (tool: Tool) => boolean,
  read: (context: RuleContext) => AttributeValue,
): Attribute {
  return {
    name,
    kind,
    always: false,
    label,
    // INVARIANT (fixed is what is read): a rule answers alike whether it was specialized for the tool or not.
    read: (context) => (present(context.tool) ? read(context) : undefined),
    fixed: (_principal, tool) => (present(tool) ? null : unset),
  };
}

const uncomparable: readonly Scalar[] = Object.freeze([]);

/** An empty list names nothing, so it is absent; one that cannot be read is there, and compares as missing. */
function nonEmpty(values: readonly Scalar[] | null | undefined): AttributeValue {
  if (values === null) return uncomparable;
  return values === undefined || values.length === 0 ? undefined : values;
}

const hasRecipient = (tool: Tool) => tool.argumentRoles?.recipient !== undefined;
const hasContent = (tool: Tool) => tool.argumentRoles?.content !== undefined;
const hasAmount = (tool: Tool) => tool.argumentRoles?.amount !== undefined;

const named: Attribute[] = [
  ofPrincipal("agentId", "the agent"),
  ofPrincipal("version", "the agent's version", false),
  ofPrincipal("tier", "the agent's tier"),
  ofPrincipal("environment", "the agent's environment"),
  ofPrincipal("region", "the agent's region", false),
  ofPrincipal("status", "the agent's status"),
  ofPrincipal("ownerId", "the agent's owner", false),
  ofPrincipal("riskClass", "the agent's risk class"),
  {
    name: "action.tool",
    kind: "text",
    always: true,
    label: "the tool",
    read: (context) => context.tool.name,
    fixed: (_principal, tool) => ({ value: tool.name }),
  },
  ofTool("effect", "what the tool does"),
  ofTool("reversible", "whether it can be undone"),
  ofTool("source", "where the tool comes from"),
  // Compared as money by the operators themselves; as a plain value it is the decimal as given.
  ofRoles("action.amount", "money", "the amount", hasAmount, ({ derived }) => derived.facts.amount),
  ofRoles("action.currency", "text", "the currency", hasAmount, ({ derived }) => derived.facts.currency),
  ofRoles("action.recipients", "list", "the recipients", hasRecipient, ({ derived }) => nonEmpty(derived.recipients)),
  {
    name: "action.host",
    kind: "list",
    always: false,
    label: "the host it goes to",
    read: ({ derived: { targets } }) =>
      nonEmpty(targets === null ? null : targets.map(({ host, port }) => (port === null ? host : `${host}:${port}`))),
  },
  {
    name: "action.path",
    kind: "list",
    always: false,
    label: "the path it goes to",
    read: ({ derived: { targets } }) =>
      nonEmpty(targets === null ? null : targets.flatMap(({ path }) => (path === null ? [] : [path]))),
  },
  {
    name: "action.method",
    kind: "text",
    always: false,
    label: "the HTTP method",
    read: ({ derived }) => derived.method,
  },
  {
    name: "action.region",
    kind: "list",
    always: false,
    label: "the regions named",
    read: ({ derived }) => nonEmpty(derived.regions),
  },
  {
    name: "action.dataClasses",
    kind: "list",
    always: false,
    label: "the classes of data",
    read: ({ derived }) => nonEmpty(derived.dataClasses),
  },
  ofRoles("action.content", "text", "the text it sends", hasContent, ({ derived: { content } }) =>
    content === null ? uncomparable : content.length === 0 ? undefined : content.join("\n"),
  ),
  ofRoles("action.links", "list", "the hosts its text links to", hasContent, ({ derived }) => {
    const links = derived.links();
    return nonEmpty(links === null || links.unreadable ? null : links.targets.map((target) => target.host));
  }),
  ofResource("type", "the kind of resource"),
  ofResource("id", "the resource"),
  ofResource("host", "the resource's host"),
  ofResource("path", "the resource's path"),
  ofResource("method", "the resource's method"),
  ofResource("region", "the resource's region"),
  {
    name: "resource.dataClasses",
    kind: "list",
    always: false,
    label: "the resource's classes of data",
    read: (context) => nonEmpty(context.request.resource?.dataClasses),
  },
  ofRoles("mandate.recipientKnown", "boolean", "whether the mandate names every recipient", hasRecipient, (context) =>
    context.knowledge.recipientKnown(context.derived),
  ),
  {
    name: "mandate.hostKnown",
    kind: "boolean",
    always: false,
    label: "whether the mandate names every host",
    read: (context) => context.knowledge.hostKnown(context.derived),
  },
  {
    name: "mandate.targetKnown",
    kind: "boolean",
    always: false,
    label: "whether the mandate names everyone and every place the call reaches",
    read: (context) => context.knowledge.targetKnown(context.derived),
  },
  ofRoles(
    "mandate.linksKnown",
    "boolean",
    "whether the mandate names every host the text links to",
    hasContent,
    (context) => context.knowledge.linksKnown(context.derived),
  ),
  { name: "time.now", kind: "time", always: true, label: "the time", read: (context) => context.now },
];

const byName = new Map(named.map((attribute) => [attribute.name, attribute]));

/** The attributes with a name of their own, for the rule builder and for the Cedar schema. */
export const namedAttributes: readonly Attribute[] = named;

const contextName = /^context\.([A-Za-z][A-Za-z0-9_]{0,63})$/;
const argumentPointer = /^arguments((?:\/(?:[^/~]|~[01])*)+)$/;

/**
 * Finds an attribute by name: one of `namedAttributes`, `context.<name>`, or `arguments` followed by a JSON Pointer
 * (`arguments/to`).
 * @returns `undefined` when there is no such attribute
 */
export function findAttribute(name: string): Attribute | undefined {
  const known = byName.get(name);
  if (known) return known;
  const contextKey = contextName.exec(name)?.[1];
  if (contextKey !== undefined) {
    const read = ({ request }: RuleContext) =>
      Object.hasOwn(request.context, contextKey) ? plain(request.context[contextKey]) : undefined;
    return { name, kind: "any", always: false, label: contextKey, read };
  }
  const pointer = argumentPointer.exec(name)?.[1];
  if (pointer === undefined) return undefined;
  const reader = compilePointer(pointer);
  return { name, kind: "any", always: false, label: pointer, read: ({ request }) => plain(reader(request.arguments)) };
}

/** A scalar or a list of scalars. Anything else is there (`exists`) but compares as missing, as the empty list does. */
function plain(value: Json | undefined): AttributeValue {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "object") return value;
  return Array.isArray(value) && value.every(isScalar) ? value : uncomparable;
}

function isScalar(value: Json): value is Scalar {
  return value !== null && typeof value !== "object";
}
