import type { RuleContext } from "../attributes";
import { compareMoney, minorOf, prepareCondition, specialize, type Threshold, TRUE } from "../conditions";
import { compileHours } from "../hours";
import { amountText, effectVerb, firstUnknown, hoursText, list, moneyText, quoted, whoMustApprove } from "../messages";
import type { ApprovalSpec, MandateLimit } from "../schema";
import type { Effect, Finding } from "../types";
import { fixedValues } from "./fixed-values";
import { type LayerCompiler, type Report, type Scope, shared } from "./layer";

/**
 * What this agent is for. The layer speaks for the call only when the mandate names the tool; every list it has can
 * only narrow. A recipient it does not name is asked for, a host, region, purpose or hour outside it is refused.
 */
export const mandate: LayerCompiler = {
  layer: "mandate",
  compile: shared(
    (scope) => {
      const { tool, mandate: granted, policy } = scope;
      if (!granted.tools.includes(tool.name)) {
        const refusal = finding(
          "tools",
          "deny",
          "mandate.tool_not_allowed",
          `this agent's mandate does not name ${quoted(tool.name)}`,
        );
        return (_context, { findings }) => void findings.push(refusal);
      }
      const allowed = finding(
        "tools",
        "allow",
        "mandate.tool_allowed",
        `this agent's mandate names ${quoted(tool.name)}`,
      );
      const parts = [
        hostsPart(scope),
        recipientsPart(scope),
        regionsPart(scope),
        dataClassesPart(scope),
        hoursPart(scope),
        purposesPart(scope),
        ...(granted.limits ?? [])
          .filter((limit) => limit.tool === tool.name)
          .map((limit, index) => limitPart(scope, limit, index)),
      ].filter((part) => part !== null);
      if (parts.length === 0) return (_context, { findings }) => void findings.push(allowed);
      return (context, report) => {
        report.findings.push(allowed);
        for (const part of parts) part(context, report);
      };

      function finding(ruleId: string, effect: Effect, code: string, message: string): Finding {
        return findingOf(ruleId, effect, code, message, policy.set.escalation);
      }
    },
    ({ policy, mandate: granted, tool }) => (granted.limits === undefined ? [policy, granted, tool] : null),
  ),
};

type Part = (context: RuleContext, report: Report) => void;

function findingOf(ruleId: string, effect: Effect, code: string, message: string, spec: ApprovalSpec): Finding {
  const base: Finding = { layer: "mandate", ruleId: `mandate.${ruleId}`, effect, code, message };
  return effect === "approval" ? { ...base, message: `${message}; ${whoMustApprove(spec)}`, approval: spec } : base;
}

/** Every place the call reaches has to be allowed with its method and path; one that cannot be read is not. */
function hostsPart({ mandate: granted, knowledge, policy }: Scope): Part | null {
  if (granted.hosts === undefined) return null;
  const deny = (message: string) =>
    findingOf("hosts", "deny", "mandate.host_not_allowed", message, policy.set.escalation);
  const unreadable = deny("the address this call goes to cannot be read, so it is not one the mandate allows");
  return ({ derived }, { findings }) => {
    if (derived.targets === null) findings.push(unreadable);
    else if (knowledge.hostKnown(derived) === false) {
      const [target] = derived.targets;
      const place =
        derived.targets.length === 1 && target
          ? quoted(`${derived.method ?? "any method"} ${target.host}${target.path ?? ""}`)
          : "one of the places this call goes to";
      findings.push(deny(`this agent's mandate does not allow ${place}`));
    }
  };
}

function recipientsPart({ mandate: granted, knowledge, tool, policy }: Scope): Part | null {
  if (granted.recipients === undefined || tool.effect === "read" || tool.argumentRoles?.recipient === undefined)
    return null;
  const ask = (message: string) =>
    findingOf("recipients", "approval", "mandate.recipient_unknown", message, policy.set.escalation);
  const unreadable = ask("it cannot be said for certain who this call is addressed to");
  return ({ derived }, { findings }) => {
    if (derived.recipients === null) findings.push(unreadable);
    else if (knowledge.recipientKnown(derived) === false) {
      const unknown = firstUnknown(derived, knowledge.names);
      findings.push(ask(`${unknown ?? "a recipient"} is not among the recipients this agent's mandate names`));
    }
  };
}

/** Every region named has to be allowed; a tool that takes a region and is given none names an unknown one. */
function regionsPart({ mandate: granted, tool, policy }: Scope): Part | null {
  if (granted.regions === undefined) return null;
  const allowed = new Set(granted.regions);
  const deny = (message: string) =>
    findingOf("regions", "deny", "mandate.region_not_allowed", message, policy.set.escalation);
  const unnamed = deny("this call does not say which region it works in");
  const needed = tool.argumentRoles?.region !== undefined;
  return ({ derived }, { findings }) => {
    const outside = derived.regions.find((region) => !allowed.has(region));
    if (outside !== undefined) findings.push(deny(`this agent's mandate does not allow the region ${quoted(outside)}`));
    else if (needed && derived.regions.length === 0) findings.push(unnamed);
  };
}

function dataClassesPart({ mandate: granted, tool, policy }: Scope): Part | null {
  if (granted.dataClasses === undefined) return null;
  const allowed = new Set(granted.dataClasses);
  const deny = (message: string) =>
    findingOf("dataClasses", "deny", "mandate.data_class_not_allowed", message, policy.set.escalation);
  const unnamed = deny("this call does not say which class of data it touches");
  const needed = tool.argumentRoles?.dataClass !== undefined;
  return ({ derived }, { findings }) => {
    const outside = derived.dataClasses?.find((dataClass) => !allowed.has(dataClass));
    if (outside !== undefined)
      findings.push(deny(`this agent's mandate does not allow data of the class ${quoted(outside)}`));
    else if (derived.dataClasses === null || (needed && derived.dataClasses.length === 0)) findings.push(unnamed);
  };
}

function hoursPart({ mandate: granted, policy }: Scope): Part | null {
  if (granted.hours === undefined) return null;
  const hours = compileHours(granted.hours);
  const outside = findingOf(
    "hours",
    "deny",
    "mandate.outside_hours",
    `this agent works ${hoursText(granted.hours)}`,
    policy.set.escalation,
  );
  return (context, { findings }) => {
    const { inside, until } = hours(context.now);
    if (!inside) findings.push(outside);
    else if (until < context.notAfter) context.notAfter = until;
  };
}

function purposesPart({ mandate: granted, policy }: Scope): Part | null {
  if (granted.purposes === undefined) return null;
  const allowed = new Set(granted.purposes);
  const deny = (message: string) =>
    findingOf("purposes", "deny", "mandate.purpose_not_allowed", message, policy.set.escalation);
  return ({ request }, { findings }) => {
    const purpose = request.context.purpose;
    if (purpose === undefined)
      findings.push(
        deny(`this call states no purpose; the mandate allows ${list([...allowed].slice(0, 5).map(quoted))}`),
      );
    else if (!allowed.has(purpose))
      findings.push(deny(`this agent's mandate does not name the purpose ${quoted(purpose)}`));
  };
}

/** Inside only when it is certain: a missing amount or attribute is outside. */
function limitPart({ policy, principal, tool }: Scope, limit: MandateLimit, index: number): Part {
  const when =
    limit.when === undefined
      ? null
      : specialize(prepareCondition(limit.when, policy.environment), fixedValues(principal, tool));
  const threshold: Threshold | null =
    limit.upTo === undefined ? null : minorOf({ amount: limit.upTo, currency: limit.currency ?? "" });
  const report = (message: string) =>
    findingOf(`limits.${index}`, limit.otherwise, "mandate.limit", message, policy.set.escalation);
  const verb = effectVerb(tool.effect);
  const outsideCondition = report(
    `this agent's mandate lets it ${verb} with ${quoted(tool.name)} alone only under conditions this call does not meet`,
  );
  return (context, { findings }) => {
    if (when !== null && (when.constant === null ? when.run(context) : when.constant) !== TRUE)
      findings.push(outsideCondition);
    if (threshold === null) return;
    const { amount } = context.derived;
    const order = amount.state === "known" ? compareMoney(amount.minor, amount.currency, threshold, context) : null;
    if (order === null || order > 0) {
      const said = amount.state === "absent" ? "a call without an amount" : amountText(amount);
      findings.push(
        report(
          `${said} is not within the ${moneyText(threshold)} that this agent's mandate sets for ${quoted(tool.name)}`,
        ),
      );
    }
  };
}
