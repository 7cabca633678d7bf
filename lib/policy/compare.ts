import { currencies, currencyExponent, formatAmount } from "@/lib/money";
import type { AttributeValue } from "./attributes";
import { canonicalText } from "./cells";
import { compileAgent, compilePolicy } from "./compile";
import { FALSE, MISSING, minorOf, TRUE, type Tri } from "./conditions";
import { evaluate } from "./evaluate";
import type { ApprovalSpec, Band, Condition, EffectClass, Guardrail, Money, PolicySet, TierKey, Tool } from "./schema";
import { isAsStrict } from "./strictness";
import { type Atom, atomOf, comparisonsOf, type Lists, product, truthsOf } from "./truths";
import type { PolicyRequest, Principal } from "./types";

/**
 * Compares two versions of a part of a policy by asking the engine about both: one request for every way their comparisons
 * can be at once, in every region that their thresholds cut. Comparisons
 * become flags of the request, amounts become rates of a made-up day, so every region has a request, and the engine reads
 * the rules; nothing here does.
 *
 * What combines is the strictest, so what the rest of a policy says can hide a difference and never make one. A part is
 * therefore compared alone: where it is never milder, the whole never is.
 */

/** The part: the bands that fit a tool, and guardrails. Without bands, as if the tier allowed everything. */
export type Part = {
  bands?: readonly Band[] | undefined;
  guardrails?: readonly Guardrail[] | undefined;
  lists: Lists;
  escalation: ApprovalSpec;
};

/** For whom and what it is compared. */
export type Subject = {
  tier: TierKey;
  effect: EffectClass;
  reversible: boolean;
  hasAmount: boolean;
  /** The value of an attribute, where the agent and the tool already say it; `null` when only a request can. */
  fixed: (atom: Atom) => { value: AttributeValue } | null;
};

/** Whether the second version is milder somewhere, and stricter somewhere. Where that cannot be said, it is milder. */
export type Difference = { milder: boolean; stricter: boolean };

const unsaid: Difference = { milder: true, stricter: false };

/** @returns `milder` whenever it cannot be shown that no request is answered more mildly */
export function compareParts(before: Part, after: Part, subject: Subject): Difference {
  if (samePart(before, after)) return { milder: false, stricter: false };
  const coarse = compareBy(before, after, subject, true);
  return coarse?.milder === false ? coarse : (compareBy(before, after, subject, false) ?? unsaid);
}

function samePart(before: Part, after: Part): boolean {
  const rules = ({ bands, guardrails }: Part) => canonicalText({ bands, guardrails: guardrails?.map(rule) });
  const rule = ({ when, effect, mode }: Guardrail) => ({ when, effect, mode });
  const lists = (part: Part) => canonicalText(listsNamed(part));
  return (
    rules(before) === rules(after) &&
    lists(before) === lists(after) &&
    canonicalText(before.escalation) === canonicalText(after.escalation)
  );
}

function listsNamed({ bands, guardrails, lists }: Part): unknown[] {
  return [...(bands ?? []), ...(guardrails ?? [])].flatMap(({ when }) =>
    when === undefined
      ? []
      : comparisonsOf(when).flatMap(({ operator, value }) =>
          operator === "matchesList" ? [lists[String(value)]] : [],
        ),
  );
}

/** Pairs of answers that are compared at most. */
const mostProbes = 12_000;

/** @param coarse takes a condition that both versions have as one flag; what this shows holds, and the rest has to be looked at closely */
function compareBy(before: Part, after: Part, subject: Subject, coarse: boolean): Difference | null {
  const flags = new Flags(subject, coarse ? sharedConditions(before, after) : new Set());
  const versions = [before, after].map((part) => flags.rewrite(part));
  const ways = flags.ways();
  const amounts = subject.hasAmount ? amountsOf(versions) : [noAmount];
  if (ways === null || amounts === null || ways.length * amounts.length > mostProbes) return null;
  const [ask, reask] = versions.map((part) => asking(part, subject, amounts)) as [Ask, Ask];
  const difference = { milder: false, stricter: false };
  for (const context of ways) {
    for (let index = 0; index < amounts.length; index++) {
      const [was, is] = [ask(context, index), reask(context, index)];
      if (!isAsStrict(is, was)) difference.milder = true;
      if (!isAsStrict(was, is)) difference.stricter = true;
      if (difference.milder && difference.stricter) return difference;
    }
  }
  return difference;
}

function sharedConditions(before: Part, after: Part): Set<string> {
  const keys = (part: Part) =>
    new Set([...(part.bands ?? []), ...(part.guardrails ?? [])].map(({ when }) => conditionKey(when, part.lists)));
  const later = keys(after);
  return new Set([...keys(before)].filter((key) => key !== "" && later.has(key)));
}

/** Names a condition together with what the lists it names held. */
function conditionKey(when: Condition | undefined, lists: Lists): string {
  return when === undefined
    ? ""
    : canonicalText([when, listsNamed({ bands: [{ when, then: "deny" }], lists, escalation: unasked })]);
}

// ── Conditions as flags of the request ──────────────────────────────────────────────────────────────────────────

type Flag = { name: string; atom: Atom | null; truth: Tri | null };

/** Never holds and never can be judged; the engine counts it as the effect it guards. */
const unjudgeable: Condition = { attribute: "nothing.there", operator: "exists" };

class Flags {
  #byKey = new Map<string, Flag>();
  #subject: Subject;
  #whole: ReadonlySet<string>;

  constructor(subject: Subject, whole: ReadonlySet<string>) {
    this.#subject = subject;
    this.#whole = whole;
  }

  /** The same part with a flag in the place of each comparison. */
  rewrite({ bands, guardrails, lists, escalation }: Part): Required<Pick<Part, "guardrails">> & Part {
    const over = <Rule extends { when?: Condition | undefined }>(rule: Rule): Rule =>
      rule.when === undefined ? rule : { ...rule, when: this.#condition(rule.when, lists) };
    return { bands: bands?.map(over), guardrails: (guardrails ?? []).map(over), lists: {}, escalation };
  }

  #condition(when: Condition, lists: Lists): Condition {
    const key = conditionKey(when, lists);
    if (this.#whole.has(key)) return test(this.#flag(key, null));
    try {
      return this.#parts(when, lists);
    } catch {
      return unjudgeable;
    }
  }

  /** @throws RangeError when a comparison cannot be judged: then the whole condition cannot */
  #parts(when: Condition, lists: Lists): Condition {
    if ("all" in when) return { all: when.all.map((part) => this.#parts(part, lists)) };
    if ("any" in when) return { any: when.any.map((part) => this.#parts(part, lists)) };
    if ("not" in when) return { not: this.#parts(when.not, lists) };
    const atom = atomOf(when, lists);
    if (atom.attribute.name === "action.amount") return when;
    return test(this.#flag(atom.key, atom));
  }

  #flag(key: string, atom: Atom | null): Flag {
    const known = this.#byKey.get(key);
    if (known) return known;
    const fixed = atom === null ? null : this.#subject.fixed(atom);
    const truth = fixed === null || atom === null ? null : atom.test(fixed.value, null);
    const made: Flag = { name: `f${this.#byKey.size}`, atom, truth };
    this.#byKey.set(key, made);
    return made;
  }

  /** A context for every way in which the flags can stand; `null` when there are too many. */
  ways(): PolicyRequest["context"][] | null {
    const groups = new Map<string, Flag[]>();
    const choices: { flags: Flag[]; truths: Tri[][] }[] = [];
    for (const flag of this.#byKey.values()) {
      if (flag.truth !== null) choices.push({ flags: [flag], truths: [[flag.truth]] });
      else if (flag.atom === null) choices.push({ flags: [flag], truths: [[TRUE], [FALSE], [MISSING]] });
      else groups.set(flag.atom.attribute.name, [...(groups.get(flag.atom.attribute.name) ?? []), flag]);
    }
    for (const flags of groups.values()) {
      const truths = truthsOf(flags.map(({ atom }) => atom as Atom));
      if (truths === null) return null;
      choices.push({ flags, truths });
    }
    return (
      product(
        choices.map(({ truths }) => truths),
        mostProbes,
      )?.map((chosen) => {
        const context: PolicyRequest["context"] = {};
        chosen.forEach((truths, index) => {
          truths.forEach((truth, place) => {
            const flag = (choices[index] as { flags: Flag[] }).flags[place] as Flag;
            if (truth !== MISSING) context[flag.name] = truth === TRUE;
          });
        });
        return context;
      }) ?? null
    );
  }
}

function test({ name }: Flag): Condition {
  return { attribute: `context.${name}`, operator: "eq", value: true };
}

// ── Amounts as the rates of a day ───────────────────────────────────────────────────────────────────────────────

/** Where an amount stands to the thresholds of each currency: minor units, or `null` where it cannot be converted. */
type AmountProbe = { amount: "none" | "zero" | "some"; in: Record<string, bigint | null> };

const noAmount: AmountProbe = { amount: "none", in: {} };
const mostAmounts = 2_000;

/** An amount in every region between the thresholds, in each currency apart: what rates say of one currency is nothing about another. */
function amountsOf(parts: readonly Part[]): AmountProbe[] | null {
  const thresholds = new Map<string, Set<bigint>>();
  for (const { amount, currency } of parts.flatMap(moneyOf)) {
    try {
      const { minor } = minorOf({ amount, currency });
      const held = thresholds.get(currency) ?? new Set();
      for (const point of [minor - 1n, minor, minor + 1n]) if (point > 0n) held.add(point);
      thresholds.set(currency, held);
    } catch {
      // A band that cannot be judged is so at every amount.
    }
  }
  const named = [...thresholds.keys()];
  const some = product<bigint | null>(
    [...thresholds.values()].map((points) => [...points, null]),
    mostAmounts,
  );
  const zero = product<bigint | null>(
    named.map(() => [0n, null]),
    mostAmounts,
  );
  if (some === null || zero === null) return null;
  const probe = (amount: "zero" | "some") => (at: readonly (bigint | null)[]) => ({
    amount,
    in: Object.fromEntries(named.map((currency, index) => [currency, at[index] ?? null])),
  });
  return [noAmount, ...some.map(probe("some")), ...zero.map(probe("zero"))];
}

function moneyOf({ bands, guardrails }: Part): Money[] {
  const conditions = [...(bands ?? []), ...(guardrails ?? [])].flatMap(({ when }) => (when ? [when] : []));
  const limits = (bands ?? []).flatMap(({ upTo, currency }) =>
    upTo === undefined || currency === undefined ? [] : [{ amount: upTo, currency }],
  );
  return [
    ...limits,
    ...conditions
      .flatMap(comparisonsOf)
      .flatMap(({ value }) => [value].flat())
      .filter((value): value is Money => typeof value === "object" && "amount" in value),
  ];
}

const dayMs = 86_400_000;
const firstDay = Date.UTC(2000, 0, 1);
/** An amount of the made-up currency; its rate of a day is the amount wanted, over a million. */
const million = "1000000";

/** One day for each amount, on which the made-up currency is worth just that much. */
function ratesFor(amounts: readonly AmountProbe[], base: string): NonNullable<PolicySet["rates"]> {
  const tables = amounts.map((probe, index) => ({
    date: new Date(firstDay + index * dayMs).toISOString().slice(0, 10),
    rates: Object.fromEntries(
      Object.entries(probe.in).flatMap(([currency, minor]) =>
        minor === null ? [] : [[currency, minor === 0n ? "1" : overMillion(minor, currency)]],
      ),
    ),
  }));
  return { base, maxAgeDays: 1, tables };
}

function overMillion(minor: bigint, currency: string): string {
  const digits = (minor * 10n ** BigInt(6 - (currencyExponent(currency) ?? 2))).toString().padStart(13, "0");
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`;
}

// ── Asking ──────────────────────────────────────────────────────────────────────────────────────────────────────

type Ask = (context: PolicyRequest["context"], amount: number) => ReturnType<typeof evaluate>;

const unasked: ApprovalSpec = { quorum: 1, groups: [], expiresIn: 60, stepUp: false, selfApproval: false };
const probeName = "probe";

/** A policy of this part alone, an agent that may use the tool, and requests to it. */
function asking(part: Part, { tier, effect, reversible, hasAmount }: Subject, amounts: readonly AmountProbe[]): Ask {
  const used = new Set(amounts.flatMap((probe) => Object.keys(probe.in)));
  const base = currencies.find((code) => !used.has(code)) as string;
  const tool: Tool = {
    name: probeName,
    description: "",
    source: "manual",
    effect,
    reversible: part.bands === undefined || reversible,
    status: "sanctioned",
    currency: base,
    ...(hasAmount ? { argumentRoles: { amount: "/amount" } } : {}),
  };
  const bands: Band[] = part.bands === undefined ? [{ then: "allow" }] : [...part.bands];
  const set: PolicySet = {
    version: 1,
    tiers: [{ key: tier, name: tier, description: "", effects: {} as never, tools: { [probeName]: bands } }],
    guardrails: (part.guardrails ?? []).map((guardrail, index) => ({ ...guardrail, id: `g${index}` })),
    tools: [tool],
    escalation: part.escalation,
    rates: ratesFor(amounts, base),
  };
  const principal: Principal = {
    agentId: "agt_probe",
    version: "probe",
    tier,
    environment: "test",
    status: "active",
    ownerId: "per_probe",
    riskClass: "minimal",
  };
  const agent = compileAgent(compilePolicy(set), { principal, mandate: { tools: [probeName] } });
  const most = formatAmount(0n, base);
  return (context, index) => {
    const { amount } = amounts[index] as AmountProbe;
    const request: PolicyRequest = {
      principal,
      action: { tool: probeName },
      arguments: amount === "none" ? {} : { amount: amount === "zero" ? most : million },
      context,
    };
    return evaluate(request, agent, firstDay + index * dayMs + 1);
  };
}
