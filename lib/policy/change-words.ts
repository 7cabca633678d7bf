import { canonicalText, segmentsOf } from "./cells";
import { describeCondition } from "./describe";
import { effectVerb, list, quoted, whoMustApprove } from "./messages";
import {
  type ApprovalSpec,
  type Band,
  type EffectClass,
  effectClasses,
  type Guardrail,
  type NamedList,
  type Tool,
} from "./schema";

/** A change of one cell in one sentence, for people who never see the cell. */

/**
 * @param path of the cell
 * @param was  what it held, `undefined` when it was not there
 * @param is   what it holds now, `undefined` when it was taken away
 */
export function changeWords(path: string, was: unknown, is: unknown): string {
  const [kind, name = "", part, last = ""] = segmentsOf(path);
  if (kind === "tiers" && part === "name")
    return was === undefined
      ? `There is a tier ${name}, “${is}”`
      : is === undefined
        ? `There is no tier ${name} any more`
        : `${name} is called “${is}” and no longer “${was}”`;
  if (kind === "tiers" && part === "description") return `The description of ${name} changes`;
  if (kind === "tiers")
    return bandsWords(name, what(part, last), was as Band[] | undefined, is as Band[] | undefined, part === "tools");
  if (kind === "guardrails") return guardrailWords(was as Guardrail | undefined, is as Guardrail | undefined);
  if (kind === "lists") return listWords(name, was as NamedList | undefined, is as NamedList | undefined);
  if (kind === "tools") return toolWords(name, was as Tool | undefined, is as Tool | undefined);
  if (kind === "rates")
    return is === undefined
      ? "The exchange rates are taken away"
      : was === undefined
        ? "Exchange rates are added"
        : "The exchange rates change";
  return `Where no rule says whom to ask, ${specWords(is as ApprovalSpec, was as ApprovalSpec)} instead of ${specWords(was as ApprovalSpec, is as ApprovalSpec)}`;
}

function what(part: string | undefined, name: string): string {
  return part === "effects" && (effectClasses as readonly string[]).includes(name)
    ? effectVerb(name as EffectClass)
    : `use ${quoted(name)}`;
}

function bandsWords(
  tier: string,
  verb: string,
  was: readonly Band[] | undefined,
  is: readonly Band[] | undefined,
  own: boolean,
): string {
  const subject = `to ${verb} in ${tier}`;
  if (is === undefined)
    return own
      ? `What an agent may do ${subject} is no longer said for this tool alone`
      : `Nothing says any more what an agent may do ${subject}, so it is refused`;
  if (was === undefined)
    return own ? `For this tool alone: ${subject}, ${sequence(is)}` : `To ${subject.slice(3)}: ${sequence(is)}`;
  const changed = is.flatMap((band, index) => (canonicalText(band) === canonicalText(was[index]) ? [] : [index]));
  const [only] = changed;
  if (was.length === is.length && changed.length === 1 && only !== undefined) {
    const [old, next] = [was[only] as Band, is[only] as Band];
    const limitOnly =
      canonicalText({ ...old, upTo: 0, currency: 0 }) === canonicalText({ ...next, upTo: 0, currency: 0 });
    if (limitOnly && old.upTo !== undefined && next.upTo !== undefined) {
      return `The limit up to which ${outcome(next)} ${subject} goes from ${old.upTo} ${old.currency} to ${next.upTo} ${next.currency}${where(next)}`;
    }
    return `To ${subject.slice(3)}: ${bandWords(next, old)}, where it was ${bandWords(old, next)}`;
  }
  return `To ${subject.slice(3)}: ${sequence(is)}; it was ${sequence(was)}`;
}

function sequence(bands: readonly Band[]): string {
  return bands.length === 0 ? "refused" : bands.map((band) => bandWords(band)).join(", then ");
}

function bandWords(band: Band, other?: Band): string {
  const limit = band.upTo === undefined ? "" : ` up to ${band.upTo} ${band.currency}`;
  return `${outcome(band, other)}${limit}${where(band)}`;
}

function where({ when }: Band): string {
  return when === undefined ? "" : ` where ${describeCondition(when)}`;
}

function outcome({ then }: Band, other?: Band): string {
  if (then === "allow") return "the agent acts alone";
  if (then === "deny") return "it is refused";
  return specWords(then.approval, typeof other?.then === "object" ? other.then.approval : undefined);
}

/** Who must approve, with how long there is for it when only that tells two apart. */
function specWords(spec: ApprovalSpec, other?: ApprovalSpec): string {
  const words = whoMustApprove(spec);
  if (other === undefined || whoMustApprove(other) !== words) return words;
  if (spec.expiresIn !== other.expiresIn) return `${words} within ${duration(spec.expiresIn)}`;
  return spec.sla === undefined ? words : `${words}, due in ${duration(spec.sla)}`;
}

function duration(seconds: number): string {
  const units = [
    [86_400, "day"],
    [3_600, "hour"],
    [60, "minute"],
    [1, "second"],
  ] as const;
  const [size, unit] = units.find(([size]) => seconds % size === 0) ?? [1, "second"];
  const count = seconds / size;
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

function guardrailWords(was: Guardrail | undefined, is: Guardrail | undefined): string {
  const rule = `The rule “${(is ?? was)?.name}”`;
  if (is === undefined)
    return `${rule} is taken away: where ${describeCondition((was as Guardrail).when)}, it was ${effectWords(was as Guardrail)}`;
  if (was === undefined)
    return `${rule} is added${is.mode === "shadow" ? " and only watches" : ""}: where ${describeCondition(is.when)}, ${effectWords(is)}`;
  const parts: string[] = [];
  if (was.mode !== is.mode)
    parts.push(is.mode === "shadow" ? "only watches and no longer decides" : "decides and no longer only watches");
  if (canonicalText(was.effect) !== canonicalText(is.effect))
    parts.push(`says ${effectWords(is, was)} instead of ${effectWords(was, is)}`);
  if (canonicalText(was.when) !== canonicalText(is.when))
    parts.push(`fires where ${describeCondition(is.when)} instead of where ${describeCondition(was.when)}`);
  return parts.length === 0 ? `${rule} is worded differently` : `${rule} ${list(parts)}`;
}

function effectWords({ effect }: Guardrail, other?: Guardrail): string {
  if (effect === "deny") return "refused";
  return specWords(effect.approval, typeof other?.effect === "object" ? other.effect.approval : undefined);
}

function listWords(name: string, was: NamedList | undefined, is: NamedList | undefined): string {
  if (is === undefined) return `The list ${quoted(name)} is taken away`;
  if (was === undefined)
    return `There is a list ${quoted(name)} of ${is.values.length === 1 ? "one value" : `${is.values.length} values`}`;
  const [before, after] = [new Set(was.values), new Set(is.values)];
  const gains = is.values.filter((value) => !before.has(value));
  const loses = was.values.filter((value) => !after.has(value));
  const parts = [
    gains.length > 0 ? `gains ${some(gains)}` : null,
    loses.length > 0 ? `loses ${some(loses)}` : null,
    was.kind === is.kind ? null : `is compared as ${is.kind} and no longer as ${was.kind}`,
  ].filter((part) => part !== null);
  return parts.length === 0
    ? `The list ${quoted(name)} is in another order`
    : `The list ${quoted(name)} ${list(parts)}`;
}

function some(values: readonly string[]): string {
  const shown = values.slice(0, 5).map(quoted);
  return values.length > 5 ? `${shown.join(", ")} and ${values.length - 5} more` : list(shown);
}

function toolWords(name: string, was: Tool | undefined, is: Tool | undefined): string {
  if (is === undefined) return `${quoted(name)} is no longer in the catalogue`;
  if (was === undefined) return `${quoted(name)} is in the catalogue`;
  if (was.status !== is.status)
    return `${quoted(name)} is ${is.status === "blocked" ? "blocked" : "no longer blocked"} in the catalogue`;
  return `${quoted(name)} is described differently in the catalogue`;
}
