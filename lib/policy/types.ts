import type { Json } from "@/lib/json";
import type {
  ApprovalSpec,
  agentStatuses,
  BudgetWindow,
  budgetScopes,
  EffectClass,
  environments,
  Mandate,
  PolicySet,
  riskClasses,
  TierKey,
  Tool,
} from "./schema";

/**
 * The words of a decision: principal, action, resource and context come in; findings and an outcome go out.
 * Nothing here knows where a request came from or where an answer goes.
 */

export type Effect = "allow" | "approval" | "deny";
export type Outcome = "allow" | "deny" | "approval_required";

/** In the order in which they look at a request. `data`, `contract` and `behaviour` are named so that codes stay stable. */
export const layers = [
  "registry",
  "catalogue",
  "mandate",
  "guardrail",
  "tier",
  "budget",
  "data",
  "contract",
  "behaviour",
  "default",
] as const;
export type Layer = (typeof layers)[number];

/** What the registry knows about an agent at one control epoch. */
export type Principal = {
  agentId: string;
  /** Id or label of the current version; `null` when none is pinned. */
  version: string | null;
  tier: TierKey;
  environment: (typeof environments)[number];
  region?: string | undefined;
  status: (typeof agentStatuses)[number];
  /** `null` when the owner was deactivated or removed: the agent is an orphan. */
  ownerId: string | null;
  riskClass: (typeof riskClasses)[number];
  /** Epoch milliseconds, UTC; from this instant on the agent is refused. */
  expiresAt?: number | undefined;
};

export type Resource = {
  type?: string | undefined;
  id?: string | undefined;
  host?: string | undefined;
  path?: string | undefined;
  method?: string | undefined;
  region?: string | undefined;
  dataClasses?: readonly string[] | undefined;
};

export type RequestContext = {
  instanceId?: string | undefined;
  sessionId?: string | undefined;
  traceId?: string | undefined;
  onBehalfOf?: string | undefined;
  region?: string | undefined;
  purpose?: string | undefined;
  /** The version the runtime says it runs; refused when it is not the pinned one. */
  agentVersion?: string | undefined;
  /** IP address of the caller, when the edge knows it. */
  ip?: string | undefined;
  [key: string]: Json | undefined;
};

export type PolicyRequest = {
  /** The principal the agent was compiled with; anything else is refused as an engine error. */
  principal: Principal;
  action: {
    tool: string;
    /** `sha256:<hex>` of the tool definition the runtime holds, when it reports one. */
    fingerprint?: string | undefined;
  };
  resource?: Resource | undefined;
  /** Strict JSON object, null prototype. */
  arguments: { [key: string]: Json };
  context: RequestContext;
};

/** What one layer says about one request. */
export type Finding = {
  layer: Layer;
  /** The rule that spoke: a guardrail's id, `T3.financial.0`, `mandate.recipients` … */
  ruleId: string;
  effect: Effect;
  /** Stable, `layer-or-noun.reason`; the list is `reasonCodes` in `messages.ts`. */
  code: string;
  /** One sentence a business owner understands. */
  message: string;
  /** Present when `effect` is `approval`. */
  approval?: ApprovalSpec;
  /** A `shadow` finding is reported and decides nothing. */
  mode?: "enforce" | "shadow";
};

/** What the caller must also do. */
export type Obligation = { kind: "redact"; pointers: string[] } | { kind: "report_outcome"; withinSeconds: number };

/** One budget that recording an allow must reserve, in the same transaction, or be refused. */
export type BudgetCharge = {
  /** Names the counter, but for the counterparty. */
  key: string;
  /** The recipient that is counted; to be digested into the counter's name, because it may be a person. `null` for other scopes. */
  counterparty: string | null;
  /** The rule, for the reason given when it is exhausted. */
  ruleId: string;
  scope: (typeof budgetScopes)[number];
  window: BudgetWindow;
  /** Length of the rolling window and of one slot of its counter, seconds. */
  windowSeconds: number;
  slotSeconds: number;
  /** Calls: what is added and the most there may be. `null` limit: not limited by count. */
  count: number;
  countLimit: number | null;
  /** Minor units of `currency`: what is added and the most there may be. `null` limit: not limited by amount. */
  amountMinor: bigint;
  amountLimitMinor: bigint | null;
  currency: string | null;
};

/** What the database answered about a charge it refused: the sums in the window without it. */
export type BudgetRefusal = {
  key: string;
  window: BudgetWindow;
  counterparty?: string | null | undefined;
  spentMinor?: bigint | undefined;
  used?: number | undefined;
};

/** What was learned by trying to record an earlier evaluation of the same request. */
export type Learned = { exhausted?: readonly BudgetRefusal[] | undefined };

/** What the request was found to mean, for projections and screens. */
export type Facts = {
  effect: EffectClass | null;
  reversible: boolean | null;
  /** Minor units of `currency`, non-negative. */
  amountMinor?: bigint;
  /** The decimal as given, when it is well formed. */
  amount?: string;
  currency?: string;
  recipient?: string;
  recipients?: readonly string[];
  host?: string;
  path?: string;
  method?: string;
  region?: string;
};

export type Evaluation = {
  outcome: Outcome;
  /** Gravest first, then in the order of the layers; allow findings last. Never empty. */
  reasons: Finding[];
  obligations: Obligation[];
  /** Present when the outcome is `approval_required`: the strictest of all that was asked. */
  approval?: ApprovalSpec;
  /** To reserve when an allow is recorded (for one that asks: when its approval is redeemed); empty when the outcome is `deny`. */
  budgets: BudgetCharge[];
  /** What the outcome had been with the rules in shadow enforced; `null` when the same. */
  wouldBe: "deny" | "approval_required" | null;
  /** Epoch milliseconds: the answer holds before this instant only, because a fact it used expires then. */
  notAfter?: number;
  facts: Facts;
};

/** What the engine needs to know of an agent. */
export type AgentPolicyInput = { principal: Principal; mandate: Mandate };

/** A policy set ready for `compileAgent`. Opaque: only `lib/policy` reads inside. */
export type CompiledPolicy = {
  readonly set: PolicySet;
  readonly tools: ReadonlyMap<string, Tool>;
  readonly internals: unknown;
};

/** One agent's table from tool to its merged rules. Opaque: only `lib/policy` reads inside. */
export type CompiledAgent = {
  readonly principal: Principal;
  readonly mandate: Mandate;
  readonly internals: unknown;
};
