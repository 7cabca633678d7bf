import { formatAmount } from "@/lib/money";
import { mostMinorUnits } from "./budget-windows";
import { type CedarNeeds, conditionLogic, type Logic } from "./cedar-conditions";
import { and, atom, type Expression, has, member, no, not, or, relation, text, texts, yes } from "./cedar-expression";
import type { CedarRule } from "./cedar-text";
import { type ConditionEnvironment, FALSE, minorOf, prepareCondition, specialize } from "./conditions";
import { fixedValues } from "./layers/fixed-values";
import { mergeApprovals } from "./merge";
import { effectVerb, hoursText } from "./messages";
import {
  type Band,
  type Condition,
  effectClasses,
  type Guardrail,
  type Mandate,
  type Money,
  type PolicySet,
  type Tool,
  tierKeys,
} from "./schema";
import type { Principal } from "./types";

/**
 * The layers of the engine written down as Cedar rules, one function for each. What one of them says here is what its
 * file in `layers/` does; a missing value is where neither side of a `Logic` holds.
 */
export type CedarScope = {
  set: PolicySet;
  principal: Principal;
  mandate: Mandate;
  /** Tools of the catalogue that the mandate names. Every other call is denied, because nothing permits it. */
  tools: readonly Tool[];
  environment: ConditionEnvironment;
  needs: CedarNeeds;
};

const possibly = (logic: Logic) => not(logic.no);
const isEmpty = (of: string, name: string) => and(has(of, name), atom(`${member(of, name)}.isEmpty()`));
const equals = (left: string, right: string) => relation(`${left} == ${text(right)}`);
const differs = (left: string, right: string) => relation(`${left} != ${text(right)}`);

function within(scope: CedarScope, condition: Condition): Logic {
  return conditionLogic(condition, scope.environment, scope.needs);
}

function upTo(scope: CedarScope, limit: Money): Logic {
  return within(scope, { attribute: "action.amount", operator: "lte", value: limit });
}

export function registryRules({ set }: CedarScope): CedarRule[] {
  const rule = (id: string, says: string, when: Expression, then: CedarRule["then"] = "deny"): CedarRule => ({
    id: `registry.${id}`,
    layer: "registry",
    says,
    when,
    then,
  });
  return [
    rule("status", "The agent is active.", differs("principal.status", "active")),
    rule("version", "The agent has a current version.", not(has("principal", "version"))),
    rule(
      "version-mismatch",
      "The runtime runs the current version, where it says which.",
      and(
        has("context", "agentVersion"),
        has("principal", "version"),
        relation("context.agentVersion != principal.version"),
      ),
    ),
    rule(
      "expired",
      "The agent's term has not ended.",
      and(has("principal", "expiresAt"), relation("context.now >= principal.expiresAt")),
    ),
    rule("orphaned", "Without an active owner everything is asked.", not(has("principal", "ownerId")), set.escalation),
  ];
}

export function catalogueRules({ set }: CedarScope): CedarRule[] {
  return [
    {
      id: "catalogue.blocked",
      layer: "catalogue",
      says: "The tool is not blocked.",
      when: equals("resource.status", "blocked"),
      then: "deny",
    },
    {
      id: "catalogue.changed",
      layer: "catalogue",
      says: "A tool whose definition changed is asked.",
      when: or(
        equals("resource.status", "changed"),
        and(
          has("context", "fingerprint"),
          has("resource", "fingerprint"),
          relation("context.fingerprint != resource.fingerprint"),
        ),
      ),
      then: set.escalation,
    },
    {
      id: "catalogue.arguments",
      layer: "catalogue",
      says: "The arguments fit the tool.",
      when: not(atom("context.argumentsValid")),
      then: "deny",
    },
  ];
}

export function mandateRules(scope: CedarScope): CedarRule[] {
  const { mandate, set } = scope;
  const rules: CedarRule[] = [];
  const rule = (id: string, says: string, when: Expression, then: CedarRule["then"] = "deny") =>
    rules.push({ id: `mandate.${id}`, layer: "mandate", says, when, then });
  const known = (what: string): Logic => within(scope, { attribute: `mandate.${what}`, operator: "eq", value: true });
  const need = (name: string) => void within(scope, { attribute: name, operator: "exists" });

  if (mandate.hosts !== undefined) {
    need("action.host");
    rule(
      "hosts",
      "Every place the call reaches can be read and is one the mandate allows.",
      or(isEmpty("context.call", "host"), known("hostKnown").no),
    );
  }
  if (mandate.recipients !== undefined) {
    need("action.recipients");
    rule(
      "recipients",
      "A recipient the mandate does not name is asked.",
      and(differs("resource.effect", "read"), or(isEmpty("context.call", "recipients"), known("recipientKnown").no)),
      set.escalation,
    );
  }
  for (const [id, attribute, role, allowed] of [
    ["regions", "region", "takesRegion", mandate.regions],
    ["dataClasses", "dataClasses", "takesDataClass", mandate.dataClasses],
  ] as const) {
    if (allowed === undefined) continue;
    need(`action.${attribute}`);
    const held = member("context.call", attribute);
    const named = has("context.call", attribute);
    rule(
      id,
      `Every one of the ${id === "regions" ? "regions" : "classes of data"} is one the mandate allows.`,
      or(
        and(
          named,
          or(
            atom(`${held}.isEmpty()`),
            allowed.length === 0 ? yes : not(atom(`${texts(allowed)}.containsAll(${held})`)),
          ),
        ),
        and(atom(`resource.${role}`), not(named)),
      ),
    );
  }
  if (mandate.hours !== undefined) {
    const { hours } = mandate;
    const inside =
      hours.length === 0 ? no : within(scope, { attribute: "time.now", operator: "withinHours", value: hours }).yes;
    rule("hours", `The agent works ${hours.length === 0 ? "at no time" : hoursText(hours)}.`, not(inside));
  }
  if (mandate.purposes !== undefined) {
    const named = mandate.purposes.length === 0 ? no : atom(`${texts(mandate.purposes)}.contains(context.purpose)`);
    rule("purposes", "The call states a purpose the mandate names.", not(and(has("context", "purpose"), named)));
  }
  for (const [index, limit] of (mandate.limits ?? []).entries()) {
    const inside = and(
      limit.when === undefined ? yes : within(scope, limit.when).yes,
      limit.upTo === undefined ? yes : upTo(scope, { amount: limit.upTo, currency: limit.currency ?? "" }).yes,
    );
    rule(
      `limits.${index}`,
      `The limit the mandate sets for ${limit.tool}.`,
      and(equals("resource.name", limit.tool), not(inside)),
      limit.otherwise === "deny" ? "deny" : set.escalation,
    );
  }
  return rules;
}

/** Guardrails that may concern the agent and one of its tools; the others are FALSE for every request. */
export function guardrailRules(scope: CedarScope): { rules: CedarRule[]; shadow: string[]; omitted: number } {
  const rules: CedarRule[] = [];
  const shadow: string[] = [];
  let omitted = 0;
  for (const guardrail of scope.set.guardrails) {
    if (!concerns(guardrail, scope)) omitted++;
    else if (guardrail.mode === "shadow") shadow.push(guardrail.id);
    else rules.push(guardrailRule(guardrail, scope));
  }
  return { rules, shadow, omitted };
}

/** @throws never: what cannot be prepared concerns everything */
function concerns({ when }: Guardrail, { environment, principal, tools }: CedarScope): boolean {
  try {
    const prepared = prepareCondition(when, environment);
    return tools.some((tool) => specialize(prepared, fixedValues(principal, tool)).constant !== FALSE);
  } catch {
    return true;
  }
}

function guardrailRule(guardrail: Guardrail, scope: CedarScope): CedarRule {
  const { id, name, effect } = guardrail;
  let when = yes;
  try {
    when = possibly(within(scope, guardrail.when));
  } catch {
    // What cannot be judged counts as fired.
  }
  const then = effect === "deny" ? "deny" : effect.approval;
  return { id: `guardrail.${id}`, layer: "guardrail", says: name, when, then };
}

/** The bands of the tier for each class of the agent's tools, and those that replace them for a tool by name. */
export function tierRules(scope: CedarScope): CedarRule[] {
  const { set, principal, tools } = scope;
  const tier = set.tiers.findLast(({ key }) => key === principal.tier);
  if (tier === undefined) return [];
  const overrides = tools.filter(({ name }) => tier.tools !== undefined && Object.hasOwn(tier.tools, name));
  const byClass = effectClasses.filter((effect) =>
    tools.some((tool) => tool.effect === effect && !overrides.includes(tool)),
  );
  return [
    ...byClass.flatMap((effect) => {
      const replaced = overrides.filter((tool) => tool.effect === effect).map(({ name }) => name);
      const concerned = and(
        equals("resource.effect", effect),
        replaced.length === 0 ? yes : not(atom(`${texts(replaced)}.contains(resource.name)`)),
      );
      const subject = `${tier.key} lets this agent ${effectVerb(effect)}`;
      return bandRules(tier.effects[effect] ?? [], `${tier.key}.${effect}`, subject, concerned, scope);
    }),
    ...overrides.flatMap(({ name }) =>
      bandRules(
        tier.tools?.[name] ?? [],
        `${tier.key}.tools.${name}`,
        `${tier.key} lets this agent use ${name}`,
        equals("resource.name", name),
        scope,
      ),
    ),
  ];
}

/**
 * The first band that certainly fits decides; one that only may fit counts where it asks or denies, and the search goes on.
 * An amount whose currency cannot be compared is asked instead of being refused by the last band.
 */
function bandRules(
  bands: readonly Band[],
  prefix: string,
  subject: string,
  concerned: Expression,
  scope: CedarScope,
): CedarRule[] {
  const { set, principal } = scope;
  const rules: CedarRule[] = [];
  const rule = (id: string, says: string, when: Expression, then: CedarRule["then"]) => {
    // Whoever may be asked speaks for the call as well as what allows it: the approval lifts the `forbid`.
    if (typeof then === "object")
      rules.push({ id: `${id}.ask`, layer: "tier", says, when: and(concerned, when), then });
    if (then === "deny") rules.push({ id, layer: "tier", says, when: and(concerned, when), then });
    else rules.push({ id, layer: "tier", says, when: and(concerned, when), then: "allow" });
  };
  const asked = bands.flatMap(({ then }) => (typeof then === "object" ? [then.approval] : []));
  const belowFull = tierKeys.indexOf(principal.tier) < tierKeys.indexOf("T4");
  const irreversible = and(not(atom("resource.reversible")), differs("resource.effect", "read"));

  let reached: Expression = yes;
  let doubt: Expression = no;
  let asking: Expression = no;
  let allowing: Expression = no;
  for (const [index, band] of bands.entries()) {
    const id = `${prefix}.${index}`;
    const limit: Money | null = band.upTo === undefined ? null : { amount: band.upTo, currency: band.currency ?? "" };
    const fits: Logic = limit === null ? { yes, no } : upTo(scope, limit);
    const met: Logic = band.when === undefined ? { yes, no } : within(scope, band.when);
    const certain = and(reached, fits.yes, met.yes);
    const possible = and(reached, possibly(fits), possibly(met));
    if (limit !== null) {
      doubt = or(doubt, and(reached, has("context.call", "amount"), not(fits.yes), not(fits.no)));
    }
    const says = `${subject} ${bandWords(band, limit)}.`;
    let stops = and(fits.yes, met.yes);
    if (band.then === "allow") {
      rule(id, says, certain, "allow");
      if (belowFull) {
        const alone = `What ${subject.replace(/^\S+ lets this agent /, "they do to ")} cannot be undone is asked below T4.`;
        rules.push({
          id: `${id}.irreversible`,
          layer: "tier",
          says: alone,
          when: and(concerned, certain, irreversible),
          then: asked[0] ?? set.escalation,
        });
      }
      allowing = or(allowing, certain);
    } else if (band.then === "deny") {
      const spared = band.upTo === undefined && band.when === undefined ? not(doubt) : yes;
      rule(id, says, and(possible, spared), "deny");
      stops = and(stops, spared);
    } else {
      rule(id, says, possible, band.then.approval);
      asking = or(asking, possible);
    }
    reached = and(reached, not(stops));
  }
  const everAllows = bands.some(({ then }) => then === "allow");
  rule(
    `${prefix}.currency`,
    "An amount that cannot be compared with the limits is asked.",
    and(doubt, or(asking, everAllows ? not(allowing) : no)),
    asked.length === 0 ? set.escalation : mergeApprovals([set.escalation, ...asked]),
  );
  return rules;
}

function bandWords({ then, when }: Band, limit: Money | null): string {
  const how = then === "allow" ? "alone" : then === "deny" ? "never" : "with approval";
  const reach = limit === null ? "" : ` up to ${limit.amount} ${limit.currency}`;
  return `${how}${reach}${when === undefined ? "" : " under a condition"}`;
}

/** What a single call can say: it is larger than the budget, or cannot be charged to it. Sums are the log's to know. */
export function budgetRules(scope: CedarScope): CedarRule[] {
  const { mandate, set } = scope;
  return (mandate.budgets ?? []).flatMap((budget, index) => {
    const id = `mandate.budgets.${index}`;
    const concerned =
      budget.tools === undefined
        ? differs("resource.effect", "read")
        : atom(`${texts(budget.tools)}.contains(resource.name)`);
    const rule = (kind: string, says: string, when: Expression, then: CedarRule["then"]): CedarRule => ({
      id: kind === "" ? id : `${id}.${kind}`,
      layer: "budget",
      says,
      when: and(concerned, when),
      then,
    });
    const rules = [
      rule("", "The sums of this budget hold the call.", atom(`context.exhausted.contains(${text(id)})`), "deny"),
    ];
    if (budget.count === 0) rules.push(rule("none", "This budget holds no call at all.", yes, "deny"));
    if (budget.amount === undefined) return rules;
    const { currency = "" } = budget;
    const held = minorOf({ amount: budget.amount, currency });
    const most = held.minor > mostMinorUnits ? { ...held, minor: mostMinorUnits } : held;
    const limit = { amount: formatAmount(most.minor, currency), currency };
    const fits = upTo(scope, limit);
    const named = has("context.call", "amount");
    const expected =
      budget.tools === undefined ? or(equals("resource.effect", "financial"), atom("resource.takesAmount")) : yes;
    return [
      ...rules,
      rule("amount", `One call is at most ${limit.amount} ${currency}.`, fits.no, "deny"),
      rule(
        "currency",
        `What cannot be charged in ${currency} is asked.`,
        and(named, not(fits.yes), not(fits.no)),
        set.escalation,
      ),
      rule("unknown", "A call that states no amount is asked.", and(not(named), expected), set.escalation),
    ];
  });
}
