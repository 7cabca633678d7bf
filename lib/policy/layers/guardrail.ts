import type { LayerCompiler } from "./layer";

/** The rules of the organization. They only ask or deny, and no tier or mandate relaxes them. */
export const guardrail: LayerCompiler = {
  layer: "guardrail",
  compile: ({ policy, principal, tool }) => {
    const table = policy.guardrails.tableFor(principal, tool);
    return table === null ? null : (context, { findings }) => table(context, findings);
  },
};
