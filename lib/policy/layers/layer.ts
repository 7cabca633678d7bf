import type { CompiledRates } from "@/lib/money";
import type { ArgumentCheck } from "../argument-schema";
import type { RuleContext } from "../attributes";
import type { ConditionEnvironment } from "../conditions";
import type { GuardrailIndex } from "../guardrail-index";
import type { MandateKnowledge } from "../knowledge";
import type { Mandate, PolicySet, Tier, Tool } from "../schema";
import type { BudgetCharge, Finding, Layer, Learned, Obligation, Principal } from "../types";

/**
 * What a layer is. A layer is compiled once per agent and tool, to a check that runs on a request; one that has nothing
 * to say about this agent and tool compiles to `null` and costs nothing. Adding a layer is one file here and one line
 * in `all.ts`.
 */

/** A policy set as the layers see it. */
export type PolicyParts = {
  readonly set: PolicySet;
  readonly tiers: ReadonlyMap<string, Tier>;
  readonly environment: ConditionEnvironment;
  readonly rates: CompiledRates | undefined;
  readonly guardrails: GuardrailIndex;
  /** The compiled argument schema of a tool, `null` when it has none. @throws RangeError when it cannot be enforced */
  readonly argumentCheck: (tool: Tool) => ArgumentCheck | null;
};

/** What a layer is compiled for. */
export type Scope = {
  readonly policy: PolicyParts;
  readonly principal: Principal;
  readonly mandate: Mandate;
  readonly knowledge: MandateKnowledge;
  readonly tool: Tool;
};

/** Where a check puts what it says. */
export type Report = {
  readonly findings: Finding[];
  readonly charges: BudgetCharge[];
  readonly obligations: Obligation[];
  readonly learned: Learned | undefined;
};

/** One layer for one agent and tool. When `run` throws, the layer counts as having denied. */
export type Check = { layer: Layer; run: (context: RuleContext, report: Report) => void };
export type LayerCompiler = { layer: Layer; compile: (scope: Scope) => Check["run"] | null };

/**
 * Compiles once for all scopes that have the same objects, such as policy and tool: the checks of a hundred thousand agents and tools then stay few enough for the processor's cache.
 * @param by what the check looks at, and nothing else of the scope; null when it looks at more
 */
export function shared(
  compile: LayerCompiler["compile"],
  by: (scope: Scope) => readonly object[] | null,
): LayerCompiler["compile"] {
  const known: Shelf = new WeakMap();
  return (scope) => {
    const keys = by(scope);
    if (keys === null) return compile(scope);
    let shelf = known;
    for (const key of keys.slice(0, -1)) {
      let inner = shelf.get(key) as Shelf | undefined;
      if (inner === undefined) {
        inner = new WeakMap();
        shelf.set(key, inner);
      }
      shelf = inner;
    }
    const last = keys.at(-1) as object;
    let run = shelf.get(last) as ReturnType<LayerCompiler["compile"]> | undefined;
    if (run === undefined) {
      run = compile(scope);
      shelf.set(last, run);
    }
    return run;
  };
}

type Shelf = WeakMap<object, unknown>;
