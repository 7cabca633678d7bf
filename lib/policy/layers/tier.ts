import type { RuleContext } from "../attributes";
import {
  compareMoney,
  FALSE,
  MISSING,
  minorOf,
  prepareCondition,
  specialize,
  type Test,
  type Threshold,
  TRUE,
  type Tri,
} from "../conditions";
import type { AmountFact } from "../facts";
import { mergeApprovals } from "../merge";
import {
  amountText,
  type EngineReasonCode,
  effectVerb,
  firstUnknown,
  moneyText,
  quoted,
  whoMustApprove,
} from "../messages";
import { type ApprovalSpec, type Band, type Condition, tierKeys } from "../schema";
import type { Finding } from "../types";
import { fixedValues } from "./fixed-values";
import { type LayerCompiler, type Scope, shared } from "./layer";

/**
 * How much an agent may do alone: the bands of its tier for the effect of the tool, or for the tool by name. The first
 * band that certainly fits decides. One that only may fit (amount or attribute missing) is passed over when it would
 * allow, and counts when it asks or denies, together with those after it that may fit as well.
 */
export const tier: LayerCompiler = {
  layer: "tier",
  compile: shared((scope) => {
    const { policy, principal, tool } = scope;
    const held = policy.tiers.get(principal.tier);
    if (held === undefined) return null;
    const ownBands =
      held.tools !== undefined && Object.hasOwn(held.tools, tool.name) ? held.tools[tool.name] : undefined;
    const list = ownBands ?? held.effects[tool.effect] ?? [];
    const rulePrefix = `${held.key}.${ownBands ? `tools.${tool.name}` : tool.effect}`;
    const bands = list.flatMap((band, index) => compileBand(band, `${rulePrefix}.${index}`, scope));
    const asked = list.flatMap(({ then }) => (typeof then === "object" ? [then.approval] : []));
    const everAllows = list.some(({ then }) => then === "allow");
    const irreversible =
      !tool.reversible && tool.effect !== "read" && tierKeys.indexOf(held.key) < tierKeys.indexOf("T4");
    const irreversibleSpec = asked[0] ?? policy.set.escalation;
    const doubtSpec = asked.length === 0 ? policy.set.escalation : mergeApprovals([policy.set.escalation, ...asked]);
    const key = held.key;
    const highest = bands.findLast((band) => band.limit !== null)?.limit ?? null;
    const verb = effectVerb(tool.effect);
    const toolName = quoted(tool.name);

    return (context, { findings }) => {
      const { amount } = context.derived;
      let exceeded: Threshold | null = null;
      let exceededAlone: Threshold | null = null;
      let unmet: CompiledBand | null = null;
      let currencyDoubt = false;
      let allowed = false;
      // Bands that ask are said as one: the reason is the same for all that may fit, and the strictest is what counts.
      let asking: { band: CompiledBand; specs: ApprovalSpec[] } | null = null;
      for (const band of bands) {
        let fits: Tri = TRUE;
        if (band.limit !== null) {
          const order =
            amount.state === "known" ? compareMoney(amount.minor, amount.currency, band.limit, context) : null;
          if (order === null && amount.state !== "absent") currencyDoubt = true;
          fits = order === null ? MISSING : order <= 0 ? TRUE : FALSE;
        }
        if (fits === FALSE) {
          exceeded = band.limit;
          if (band.then === "allow") exceededAlone = band.limit;
          continue;
        }
        const met =
          band.error !== null ? MISSING : band.when.constant === null ? band.when.run(context) : band.when.constant;
        if (met === FALSE) {
          if (band.then === "allow") unmet = band;
          continue;
        }
        const certain = fits === TRUE && met === TRUE;
        if (band.then === "allow") {
          if (!certain) {
            unmet = band;
            continue;
          }
          findings.push(irreversible ? cannotBeUndone(band) : allowing(band, context));
          allowed = true;
          break;
        }
        if (band.error !== null) findings.push(failed(band));
        else if (band.then === "deny") {
          // An amount in an unknown currency is asked for: whether it is above every limit cannot be said.
          if (currencyDoubt && band.unconditional) continue;
          findings.push(denying(band, amount, exceeded));
        } else {
          asking ??= { band, specs: [] };
          asking.specs.push(band.then.approval);
        }
        if (certain) break;
      }
      if (asking) findings.push(asks(asking.band, mergeApprovals(asking.specs), context, exceededAlone, unmet));
      if (currencyDoubt && (asking || (everAllows && !allowed))) findings.push(currencyUnknown(context));
    };

    function asks(
      band: CompiledBand,
      spec: ApprovalSpec,
      context: RuleContext,
      exceededAlone: Threshold | null,
      unmet: CompiledBand | null,
    ): Finding {
      const [code, reason] = reasonToAsk(context, exceededAlone, unmet);
      return finding(band.ruleId, "approval", code, `${reason}; ${whoMustApprove(spec)}`, spec);
    }

    function reasonToAsk(
      context: RuleContext,
      exceededAlone: Threshold | null,
      unmet: CompiledBand | null,
    ): [code: EngineReasonCode, reason: string] {
      const { amount } = context.derived;
      if (exceededAlone !== null) {
        const alone = moneyText(exceededAlone);
        return [
          "tier.approval_threshold",
          `${amountText(amount)} is above the ${alone} that ${key} lets this agent spend alone`,
        ];
      }
      if (unmet === null)
        return ["tier.approval_required", `${key} asks before this agent may ${verb} with ${toolName}`];
      if (unmet.needsKnown) {
        const unknown = firstUnknown(context.derived, context.knowledge.names);
        const named = unknown
          ? `${unknown} is not named in this agent's mandate`
          : "this call reaches nobody and no place that this agent's mandate names";
        return ["tier.target_unknown", `${named}, and ${key} lets it ${verb} alone only there`];
      }
      if (unmet.limit !== null && amount.state === "absent") {
        return [
          "tier.approval_required",
          `this call states no amount, and ${key} lets this agent ${verb} alone only up to ${moneyText(unmet.limit)}`,
        ];
      }
      return [
        "tier.approval_required",
        `${key} lets this agent ${verb} alone only under conditions this call does not meet`,
      ];
    }

    function denying(band: CompiledBand, amount: AmountFact, exceeded: Threshold | null): Finding {
      const refuse = (code: string, reason: string) => finding(band.ruleId, "deny", code, reason);
      if (exceeded !== null) {
        return refuse(
          "tier.above_limit",
          `${amountText(amount)} is above the ${moneyText(exceeded)} that ${key} allows at all`,
        );
      }
      if (amount.state === "absent" && highest !== null) {
        const reason = `this call states no amount, and ${key} refuses what may be above ${moneyText(highest)}`;
        return refuse("tier.not_allowed", reason);
      }
      return refuse("tier.not_allowed", `${key} does not let this agent ${verb} with ${toolName}`);
    }

    function allowing(band: CompiledBand, { derived }: RuleContext): Finding {
      if (band.limit === null) return band.allowed;
      const within = `${amountText(derived.amount)} is within the ${moneyText(band.limit)} that ${key} lets this agent spend alone`;
      return finding(band.ruleId, "allow", "tier.within_limit", within);
    }

    function cannotBeUndone(band: CompiledBand): Finding {
      const reason = `what ${toolName} does cannot be undone, and below T4 that is never done alone`;
      return finding(
        band.ruleId,
        "approval",
        "tier.irreversible",
        `${reason}; ${whoMustApprove(irreversibleSpec)}`,
        irreversibleSpec,
      );
    }

    function currencyUnknown({ derived }: RuleContext): Finding {
      const reason = `${amountText(derived.amount)} cannot be compared with the limits of ${key}`;
      return finding(
        rulePrefix,
        "approval",
        "tier.currency_unknown",
        `${reason}; ${whoMustApprove(doubtSpec)}`,
        doubtSpec,
      );
    }

    function failed(band: CompiledBand): Finding {
      const message = `the band ${band.ruleId} could not be judged and counts as fitting: ${band.error}`;
      if (band.then === "deny" || band.then === "allow")
        return finding(band.ruleId, "deny", "engine.rule_error", message);
      return finding(
        band.ruleId,
        "approval",
        "engine.rule_error",
        `${message}; ${whoMustApprove(band.then.approval)}`,
        band.then.approval,
      );
    }
  }, sameForTier),
};

/** Bands without conditions say the same for every agent of the tier. */
function sameForTier({ policy, principal, tool }: Scope): readonly object[] | null {
  const held = policy.tiers.get(principal.tier);
  if (held === undefined) return null;
  const bands =
    held.tools !== undefined && Object.hasOwn(held.tools, tool.name)
      ? held.tools[tool.name]
      : held.effects[tool.effect];
  return bands?.some(({ when }) => when !== undefined) ? null : [policy, held, tool];
}

type CompiledBand = {
  ruleId: string;
  limit: Threshold | null;
  when: Test;
  then: Band["then"];
  /** Why it could not be prepared; only bands that ask or deny are kept then. */
  error: string | null;
  /** Neither a limit nor a condition: the end of the list. */
  unconditional: boolean;
  /** Whether it looks at whom or what the mandate knows. */
  needsKnown: boolean;
  allowed: Finding;
};

/** Empty for a band that can never speak: its condition is FALSE here, or it would allow and cannot be judged. */
function compileBand(band: Band, ruleId: string, { policy, principal, tool }: Scope): CompiledBand[] {
  const { then } = band;
  const message = `${principal.tier} lets this agent ${effectVerb(tool.effect)} with ${quoted(tool.name)} alone`;
  const compiled: CompiledBand = {
    ruleId,
    limit: null,
    when: { constant: TRUE },
    then,
    error: null,
    unconditional: band.upTo === undefined && band.when === undefined,
    needsKnown: band.when !== undefined && mentionsKnown(band.when),
    allowed: { layer: "tier", ruleId, effect: "allow", code: "tier.allowed", message },
  };
  try {
    if (band.upTo !== undefined) compiled.limit = minorOf({ amount: band.upTo, currency: band.currency ?? "" });
    if (band.when !== undefined)
      compiled.when = specialize(prepareCondition(band.when, policy.environment), fixedValues(principal, tool));
  } catch (error) {
    if (then === "allow") return [];
    return [{ ...compiled, error: error instanceof Error ? error.message : "unknown error" }];
  }
  return [compiled];
}

function mentionsKnown(condition: Condition): boolean {
  if ("all" in condition) return condition.all.some(mentionsKnown);
  if ("any" in condition) return condition.any.some(mentionsKnown);
  if ("not" in condition) return mentionsKnown(condition.not);
  return condition.attribute.startsWith("mandate.");
}

function finding(
  ruleId: string,
  effect: Finding["effect"],
  code: string,
  message: string,
  approval?: ApprovalSpec,
): Finding {
  const made: Finding = { layer: "tier", ruleId, effect, code, message };
  if (approval) made.approval = approval;
  return made;
}
