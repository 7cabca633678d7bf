import { type Attribute, findAttribute, type RuleContext, type Scalar } from "./attributes";
import {
  type ConditionEnvironment,
  MISSING,
  type Prepared,
  prepareCondition,
  specialize,
  TRUE,
  type Tri,
} from "./conditions";
import { fixedValues } from "./layers/fixed-values";
import { mergeApprovals } from "./merge";
import { whoMustApprove } from "./messages";
import type { Comparison, Condition, Guardrail, Tool } from "./schema";
import type { Finding, Principal } from "./types";

/**
 * Finds the guardrails that concern a request without looking at the others. A guardrail whose condition needs an
 * equality is filed under the value it needs: first under what is known of agent and tool, then under a value of the
 * request. What is filed nowhere is looked at every time.
 *
 * INVARIANT (nothing is passed over): a rule is left aside only where the equality it is filed under is FALSE, and
 * then its whole condition is FALSE. Where the value is missing or of another type, every rule filed there is judged.
 */

/** One guardrail with what it says when it fires, when it cannot be ruled out, and when it cannot be judged. */
class Rule {
  readonly guardrail: Guardrail;
  readonly fired: Finding;
  #prepared: Prepared | RangeError | undefined;
  #environment: ConditionEnvironment;

  constructor(guardrail: Guardrail, environment: ConditionEnvironment) {
    this.guardrail = guardrail;
    this.#environment = environment;
    this.fired = findingOf(guardrail, `guardrail.${guardrail.id}`, guardrail.message);
  }

  get inDoubt(): Finding {
    return {
      ...this.fired,
      message: `${this.fired.message} (what this rule looks at is missing or not all alike, so it counts)`,
    };
  }

  failed(error: unknown): Finding {
    const detail = error instanceof Error ? error.message : "unknown error";
    return findingOf(
      this.guardrail,
      "engine.rule_error",
      `the rule “${this.guardrail.name}” could not be judged and counts as fired: ${detail}`,
    );
  }

  /** @throws RangeError when the condition cannot be prepared, every time it is asked for */
  get prepared(): Prepared {
    if (this.#prepared === undefined) {
      try {
        this.#prepared = prepareCondition(this.guardrail.when, this.#environment);
      } catch (error) {
        this.#prepared = error instanceof RangeError ? error : new RangeError(String(error));
      }
    }
    if (this.#prepared instanceof RangeError) throw this.#prepared;
    return this.#prepared;
  }
}

function findingOf({ id, effect, mode }: Guardrail, code: string, message: string): Finding {
  const base: Finding = { layer: "guardrail", ruleId: id, effect: "deny", code, message };
  if (effect !== "deny") {
    base.effect = "approval";
    base.approval = effect.approval;
    base.message = `${message}; ${whoMustApprove(effect.approval)}`;
  }
  if (mode === "shadow") base.mode = "shadow";
  return base;
}

/** What one agent and tool have to be judged by. */
export type RuleTable = (context: RuleContext, findings: Finding[]) => void;
export type GuardrailIndex = { tableFor(principal: Principal, tool: Tool): RuleTable | null };

/** What is known before a request and is never absent, most telling first. */
const filedBy = [
  "principal.agentId",
  "action.tool",
  "action.source",
  "principal.riskClass",
  "principal.environment",
  "principal.tier",
  "principal.status",
  "action.effect",
] as const;

/** Rules filed under one value, and those of them that need a value of a second attribute filed once more under that. */
type Drawer = { rules: Rule[]; within: Map<string, Map<Scalar, Rule[]>> };

/** Never throws: a guardrail that cannot be prepared fires wherever it is filed. */
export function indexGuardrails(guardrails: readonly Guardrail[], environment: ConditionEnvironment): GuardrailIndex {
  const filed = new Map<string, Map<Scalar, Drawer>>(filedBy.map((name) => [name, new Map()]));
  const byValue: Rule[] = [];
  const unfiled: Rule[] = [];
  for (const guardrail of guardrails) {
    const rule = new Rule(guardrail, environment);
    const needed = equalities(guardrail.when);
    const [first, second] = filedBy.flatMap((name) => needed.find(({ attribute }) => attribute === name) ?? []);
    if (first !== undefined) {
      const drawers = filed.get(first.attribute) as Map<Scalar, Drawer>;
      for (const value of new Set(first.values)) {
        let drawer = drawers.get(value);
        if (drawer === undefined) {
          drawer = { rules: [], within: new Map() };
          drawers.set(value, drawer);
        }
        if (second === undefined) {
          drawer.rules.push(rule);
          continue;
        }
        let inner = drawer.within.get(second.attribute);
        if (inner === undefined) {
          inner = new Map();
          drawer.within.set(second.attribute, inner);
        }
        for (const one of new Set(second.values)) {
          const rules = inner.get(one);
          if (rules) rules.push(rule);
          else inner.set(one, [rule]);
        }
      }
    } else if (valueEquality(needed)) byValue.push(rule);
    else unfiled.push(rule);
  }
  // Rules filed by a value of the request are shared by all agents and tools, so their closures know nothing in advance.
  const shared = byValue.length === 0 ? null : tableOf(byValue, () => null);

  return {
    tableFor(principal, tool) {
      const fixed = fixedValues(principal, tool);
      const concerning = [...unfiled];
      const knownOf = (name: string) => findAttribute(name)?.fixed?.(principal, tool)?.value as Scalar;
      for (const name of filedBy) {
        const drawer = filed.get(name)?.get(knownOf(name));
        if (drawer === undefined) continue;
        for (const rule of drawer.rules) concerning.push(rule);
        for (const [second, inner] of drawer.within) {
          for (const rule of inner.get(knownOf(second)) ?? []) concerning.push(rule);
        }
      }
      const own = concerning.length === 0 ? null : tableOf(concerning, fixed);
      if (own === null || shared === null) return own ?? shared;
      return (context, findings) => {
        own(context, findings);
        shared(context, findings);
      };
    },
  };
}

// ── Equalities a condition needs ────────────────────────────────────────────────────────────────────────────────

type Equality = { attribute: string; values: readonly Scalar[]; type: string; alone: boolean };

/** The comparisons with `eq` or `in` without which the condition is FALSE. */
function equalities(condition: Condition): Equality[] {
  const needed: Equality[] = [];
  const visit = (part: Condition, alone: boolean): void => {
    if ("all" in part) for (const inner of part.all) visit(inner, alone && part.all.length === 1);
    else if ("any" in part) needed.push(...sharedEqualities(part.any.map(equalities)));
    else if ("attribute" in part) {
      const equality = equalityOf(part, alone);
      if (equality) needed.push(equality);
    }
  };
  visit(condition, true);
  return needed;
}

/** Where every branch needs the same attribute, the whole needs it to have one of their values. */
function sharedEqualities([first = [], ...others]: Equality[][]): Equality[] {
  return first.flatMap((equality) => {
    const values = [...equality.values];
    for (const branch of others) {
      const same = branch.find(({ attribute, type }) => attribute === equality.attribute && type === equality.type);
      if (same === undefined) return [];
      values.push(...same.values);
    }
    return [{ ...equality, values, alone: false }];
  });
}

function equalityOf({ attribute, operator, value }: Comparison, alone: boolean): Equality | null {
  const values = operator === "eq" ? [value] : operator === "in" && Array.isArray(value) ? value : null;
  const type = typeof values?.[0];
  if (values === null || !["string", "number", "boolean"].includes(type)) return null;
  return values.every((member) => typeof member === type)
    ? { attribute, values: values as Scalar[], type, alone }
    : null;
}

function valueEquality(needed: readonly Equality[]): Equality | undefined {
  return needed.find(({ attribute }) => {
    const found = findAttribute(attribute);
    return found !== undefined && ["text", "list", "any"].includes(found.kind);
  });
}

// ── Tables ──────────────────────────────────────────────────────────────────────────────────────────────────────

type Entry = { rule: Rule; run: (context: RuleContext) => Tri };
/** Rules that need one attribute to have one of a few values, all of one type. */
type File = {
  attribute: Attribute;
  type: string;
  byValue: Map<Scalar, Entry[]>;
  /** What is more than the equality alone, and what is nothing else. */
  entries: Entry[];
  alone: Rule[];
  doubted: Finding[] | null;
};
type Fixed = ReturnType<typeof fixedValues>;

/** Below this many, looking at each is cheaper than finding the right ones. */
const fewRules = 8;

function tableOf(rules: readonly Rule[], fixed: Fixed): RuleTable {
  const isOpen = (name: string): boolean => {
    const attribute = findAttribute(name);
    return attribute !== undefined && fixed(attribute) === null;
  };
  const certain: Finding[] = [];
  const each: Entry[] = [];
  const files = new Map<string, File>();
  for (const rule of rules) {
    const equality =
      rules.length <= fewRules
        ? undefined
        : valueEquality(equalities(rule.guardrail.when).filter(({ attribute }) => isOpen(attribute)));
    if (equality) {
      fileUnder(files, laterEntry(rule, fixed), equality);
      continue;
    }
    try {
      const test = specialize(rule.prepared, fixed);
      if (test.constant === null) each.push({ rule, run: test.run });
      else if (test.constant === TRUE) certain.push(rule.fired);
      else if (test.constant === MISSING) certain.push(rule.inDoubt);
    } catch (error) {
      certain.push(rule.failed(error));
    }
  }
  if (certain.length + each.length + files.size === 0) return () => {};
  const filed = [...files.values()];
  return (context, findings) => {
    for (const finding of certain) findings.push(finding);
    for (const entry of each) judge(entry, context, findings);
    for (const file of filed) judgeFile(file, context, findings);
  };
}

/** Prepared when it is first judged, because most of what is filed never is. */
function laterEntry(rule: Rule, fixed: Fixed): Entry {
  let run: Entry["run"] | undefined;
  return {
    rule,
    run: (context) => {
      if (run === undefined) {
        const test = specialize(rule.prepared, fixed);
        run = test.constant === null ? test.run : () => test.constant as Tri;
      }
      return run(context);
    },
  };
}

function fileUnder(files: Map<string, File>, entry: Entry, equality: Equality): void {
  const key = `${equality.type} ${equality.attribute}`;
  let file = files.get(key);
  if (file === undefined) {
    const attribute = findAttribute(equality.attribute) as Attribute;
    file = { attribute, type: equality.type, byValue: new Map(), entries: [], alone: [], doubted: null };
    files.set(key, file);
  }
  for (const value of new Set(equality.values)) {
    const held = file.byValue.get(value);
    if (held) held.push(entry);
    else file.byValue.set(value, [entry]);
  }
  if (equality.alone) file.alone.push(entry.rule);
  else file.entries.push(entry);
}

function judgeFile(file: File, context: RuleContext, findings: Finding[]): void {
  const held = file.attribute.read(context);
  if (typeof held === file.type) {
    for (const entry of file.byValue.get(held as Scalar) ?? []) judge(entry, context, findings);
    return;
  }
  if (typeof held === "object" && held.length > 0 && held.every((member) => typeof member === file.type)) {
    const concerning = new Set<Entry>();
    for (const member of held) for (const entry of file.byValue.get(member) ?? []) concerning.add(entry);
    for (const entry of concerning) judge(entry, context, findings);
    return;
  }
  // Missing, or of another type: none of the rules can be ruled out by this value.
  file.doubted ??= doubt(file);
  for (const finding of file.doubted) findings.push(finding);
  for (const entry of file.entries) judge(entry, context, findings);
}

function judge({ rule, run }: Entry, context: RuleContext, findings: Finding[]): void {
  let answer: Tri;
  try {
    answer = run(context);
  } catch (error) {
    findings.push(rule.failed(error));
    return;
  }
  if (answer === TRUE) findings.push(rule.fired);
  else if (answer === MISSING) findings.push(rule.inDoubt);
}

/** Rules that are nothing but the equality all count when its attribute is missing; many of them are said as one. */
function doubt({ alone, attribute }: File): Finding[] {
  if (alone.length <= fewRules) return alone.map((rule) => rule.inDoubt);
  const findings: Finding[] = [];
  for (const mode of ["enforce", "shadow"] as const) {
    const ofMode = alone.filter((rule) => rule.guardrail.mode === mode);
    for (const effect of ["deny", "approval"] as const) {
      const same = ofMode.filter((rule) => rule.fired.effect === effect);
      const [first] = same;
      if (first === undefined) continue;
      const others = same.length - 1;
      const finding: Finding = {
        ...first.fired,
        message: `${first.guardrail.message} (${attribute.label} is missing, so this rule and ${others} more that look at it count)`,
      };
      if (effect === "approval") {
        finding.approval = mergeApprovals(same.flatMap((rule) => rule.fired.approval ?? []));
        finding.message += `; ${whoMustApprove(finding.approval)}`;
      }
      findings.push(finding);
    }
  }
  return findings;
}
