import { compileAgent, compilePolicy } from "@/lib/policy/compile";
import { evaluate } from "@/lib/policy/evaluate";
import type { PolicySet } from "@/lib/policy/schema";
import type { Outcome, PolicyRequest, Principal } from "@/lib/policy/types";
import type { Catalogue } from "./catalogues";
import { learnMandate } from "./learn-mandate";
import type { RecordedCall } from "./recorded-calls";

/**
 * The same calls, each judged under the mandate its agent would have had if the call's task had never been seen: how the policy treats
 * business that is new to it. In this process, with the policy in force; nothing is asked of the server and nothing is logged.
 */
export function judgeUnseen(
  set: PolicySet,
  catalogue: Catalogue,
  groups: ReadonlyMap<string, readonly RecordedCall[]>,
): { call: RecordedCall; outcome: Outcome }[] {
  const policy = compilePolicy(set);
  const now = Date.now();
  return [...groups].flatMap(([group, calls]) => {
    const principal: Principal = {
      agentId: group,
      version: "recorded",
      tier: "T4",
      environment: "test",
      status: "active",
      ownerId: "owner",
      riskClass: "limited",
    };
    return [...Map.groupBy(calls, (call) => (call.kind === "user" ? call.task : ""))].flatMap(([task, some]) => {
      const agent = compileAgent(policy, { principal, mandate: learnMandate(calls, catalogue.tools, task) });
      return some.map((call) => ({
        call,
        outcome: evaluate(
          { principal, action: { tool: call.tool }, arguments: call.arguments, context: {} } as PolicyRequest,
          agent,
          now,
        ).outcome,
      }));
    });
  });
}
