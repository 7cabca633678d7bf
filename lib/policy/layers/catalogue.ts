import { amountRefusal, quoted, whoMustApprove } from "../messages";
import { toolNamePattern } from "../tool-name";
import type { Finding } from "../types";
import { type LayerCompiler, shared } from "./layer";

/** The tool: sanctioned, unchanged, and called with arguments that fit it. */
export const catalogue: LayerCompiler = {
  layer: "catalogue",
  compile: shared(
    ({ tool, policy }) => {
      const arguments_ = policy.argumentCheck(tool);
      const { escalation } = policy.set;
      const deny = (code: string, message: string): Finding => ({
        layer: "catalogue",
        ruleId: tool.name,
        effect: "deny",
        code,
        message,
      });
      const blocked =
        tool.status === "blocked" ? deny("tool.blocked", `${quoted(tool.name)} is blocked in the catalogue`) : null;
      const changed: Finding = {
        layer: "catalogue",
        ruleId: tool.name,
        effect: "approval",
        code: "tool.changed",
        message: `${quoted(tool.name)} is not the tool that was sanctioned: its definition changed; ${whoMustApprove(escalation)}`,
        approval: escalation,
      };
      const { fingerprint } = tool;
      return ({ request, derived }, { findings }) => {
        if (blocked) findings.push(blocked);
        const reported = request.action.fingerprint;
        const other = reported !== undefined && fingerprint !== undefined && reported !== fingerprint;
        if (other || tool.status === "changed") findings.push(changed);
        const problem = arguments_?.(request.arguments) ?? null;
        if (problem !== null) {
          const where = problem.pointer === "" ? "the arguments" : quoted(problem.pointer);
          findings.push(
            deny(
              "arguments.invalid",
              problem.pointer === "" ? `${where}: ${problem.rule}` : `${where} ${problem.rule}`,
            ),
          );
        }
        if (derived.amount.state === "malformed") {
          findings.push(
            deny(
              "arguments.invalid",
              `the amount at ${quoted(derived.amount.pointer)} ${amountRefusal(derived.amount.reason)}`,
            ),
          );
        }
      };
    },
    ({ policy, tool }) => [policy, tool],
  ),
};

/** What is said about a tool that is not in the catalogue. The name is matched exactly and never folded (T10). */
export function unknownTool(name: unknown): Finding {
  const valid = typeof name === "string" && toolNamePattern.test(name);
  return {
    layer: "catalogue",
    ruleId: "catalogue",
    effect: "deny",
    code: valid ? "tool.unsanctioned" : "tool.name_invalid",
    message: valid
      ? `${quoted(name)} is not in the catalogue of sanctioned tools`
      : `${quoted(String(name))} is not a tool name: 1 to 128 of a-z, 0-9, \`.\`, \`_\`, \`/\` and \`-\``,
  };
}
