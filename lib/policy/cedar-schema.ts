import { type CedarKind, type CedarNeeds, placeOf } from "./cedar-conditions";
import { nameText } from "./cedar-expression";
import type { PolicySet, Tool } from "./schema";
import type { Principal } from "./types";

/** What the policies of an agent are written about: the schema in Cedar's own syntax and the entities in its JSON form. */

type CedarUid = { type: string; id: string };
export type CedarValue = boolean | number | string | CedarValue[] | { [key: string]: CedarValue };
export type CedarEntity = { uid: CedarUid; attrs: { [key: string]: CedarValue }; parents: CedarUid[] };

const types: Record<Exclude<CedarKind, "amount">, string> = {
  text: "String",
  flag: "Bool",
  texts: "Set<String>",
  open: "Value",
};

/** The groups of the context that hold attributes of a request, in the order of the schema. */
export const contextGroups = ["call", "target", "mandate", "arguments", "given"] as const;

export function cedarSchema(needs: CedarNeeds): string {
  const groups = contextGroups.map((group) => {
    const members = [...needs.attributes.values()]
      .map(placeOf)
      .filter(({ of }) => of === `context.${group}`)
      .map(({ name, kind }) => `${nameText(name)}?: ${kind === "amount" ? amountType(needs) : types[kind]}`)
      .sort();
    return `${group}: ${record(members)}`;
  });
  const tests = [...needs.tests.keys()].sort().map((name) => `${nameText(name)}?: Bool`);
  const context = [
    "now: Long",
    "agentVersion?: String",
    "fingerprint?: String",
    "purpose?: String",
    "argumentsValid: Bool",
    "exhausted: Set<String>",
    "approval?: { quorum: Long, groups: Set<String>, stepUp: Bool }",
    ...groups,
    `tests: ${record(tests)}`,
  ];
  return `namespace Countersign {
  // A value whose type the caller chooses, under the type that all its members have; under none where they differ.
  type Value = { texts?: Set<String>, numbers?: Set<String>, flags?: Set<Bool> };

  entity Mandate;
  entity List = { values: Set<String> };
  entity Agent = {
    agentId: String,
    version?: String,
    tier: String,
    environment: String,
    region?: String,
    status: String,
    ownerId?: String,
    riskClass: String,
    expiresAt?: Long,
  };
  entity Tool in [Mandate] = {
    name: String,
    effect: String,
    reversible: Bool,
    source: String,
    status: String,
    fingerprint?: String,
    takesAmount: Bool,
    takesRegion: Bool,
    takesDataClass: Bool,
  };

  action call appliesTo {
    principal: [Agent],
    resource: [Tool],
    context: {
      ${context.join(",\n      ")},
    },
  };
}
`;
}

function amountType({ currencies }: CedarNeeds): string {
  return record([...currencies].sort().map((currency) => `${currency}?: Long`));
}

function record(members: readonly string[]): string {
  return members.length === 0 ? "{}" : `{\n        ${members.join(",\n        ")}\n      }`;
}

export const agentUid = ({ agentId }: Principal): CedarUid => ({ type: "Countersign::Agent", id: agentId });
export const toolUid = (name: string): CedarUid => ({ type: "Countersign::Tool", id: name });

export function cedarEntities(
  set: PolicySet,
  principal: Principal,
  tools: readonly Tool[],
  needs: CedarNeeds,
): CedarEntity[] {
  const mandate = { type: "Countersign::Mandate", id: principal.agentId };
  const { agentId, tier, environment, status, riskClass } = principal;
  const agent: CedarEntity = {
    uid: agentUid(principal),
    attrs: { agentId, tier, environment, status, riskClass },
    parents: [],
  };
  for (const name of ["version", "region", "ownerId", "expiresAt"] as const) {
    const value = principal[name];
    if (value !== undefined && value !== null) agent.attrs[name] = value;
  }
  return [
    agent,
    { uid: mandate, attrs: {}, parents: [] },
    ...tools.map((tool) => toolEntity(tool, mandate)),
    ...[...needs.lists].map((name) => ({
      uid: { type: "Countersign::List", id: name },
      attrs: { values: [...(set.lists?.[name]?.values ?? [])] },
      parents: [],
    })),
  ];
}

function toolEntity(tool: Tool, mandate: CedarUid): CedarEntity {
  const { name, effect, reversible, source, status, fingerprint, argumentRoles: roles = {} } = tool;
  const attrs: CedarEntity["attrs"] = {
    name,
    effect,
    reversible,
    source,
    status,
    takesAmount: roles.amount !== undefined,
    takesRegion: roles.region !== undefined,
    takesDataClass: roles.dataClass !== undefined,
  };
  if (fingerprint !== undefined) attrs.fingerprint = fingerprint;
  return { uid: toolUid(name), attrs, parents: [mandate] };
}
