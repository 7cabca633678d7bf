import { cellsOf, fromCells, sameValue } from "./cells";
import { diffPolicies, loosens, withContent } from "./diff";
import { contentOf, type PolicyDraftContent } from "./draft-content";
import { mergeApprovals } from "./merge";
import type { ApprovalSpec, Band, Guardrail, PolicySet } from "./schema";
import { stricterBands } from "./stricter-bands";
import { asksAsMuch } from "./strictness";

/**
 * What is left when the time of a loosening is over: each cell that it loosened says again what it said before. A cell that
 * was changed once more since is neither taken back blindly nor left as it is: it becomes as strict as the stricter of the
 * two, so that what was tightened meanwhile stays tightened.
 * @param before the policy that the loosening replaced
 * @param after  the policy it became
 * @param current the policy in force now
 * @param paths  the cells it loosened
 */
export function restoreLoosened(
  before: PolicySet,
  after: PolicySet,
  current: PolicySet,
  paths: readonly string[],
): PolicyDraftContent {
  const [was, became] = [cellsOf(before), cellsOf(after)];
  let content = contentOf(current);
  for (const path of paths) {
    const cells = cellsOf(content);
    const [old, loosened, now] = [was.get(path)?.value, became.get(path)?.value, cells.get(path)?.value];
    if (sameValue(now, old)) continue;
    const candidates = sameValue(now, loosened)
      ? []
      : stricterOf(path, old, now).map((value) => put(content, path, value));
    const set = withContent(current, content);
    const kept = candidates.find((candidate) => {
      const next = withContent(current, candidate);
      const again = withContent(current, put(content, path, old));
      return !loosens(diffPolicies(set, next, [])) && !loosens(diffPolicies(again, next, []));
    });
    content = kept ?? put(content, path, old);
  }
  return content;
}

/** Values for a cell that may be as strict as both, the likeliest first. */
function stricterOf(path: string, old: unknown, now: unknown): unknown[] {
  if (path.startsWith("/tiers/")) {
    const bands = stricterBands((old ?? []) as Band[], (now ?? []) as Band[]);
    return bands === null ? [now] : [now, bands];
  }
  if (path === "/escalation") return [now, mergeApprovals([old as ApprovalSpec, now as ApprovalSpec])];
  if (path.startsWith("/guardrails/") && old !== undefined && now !== undefined)
    return [now, stricterRule(old as Guardrail, now as Guardrail)];
  return [now];
}

/** Fires wherever one of the two does, and says the stricter of what they say. */
function stricterRule(old: Guardrail, now: Guardrail): Guardrail {
  const [one, other] = [old.effect, now.effect];
  const effect =
    one === "deny" || other === "deny"
      ? ("deny" as const)
      : {
          approval: asksAsMuch(one.approval, other.approval)
            ? one.approval
            : mergeApprovals([one.approval, other.approval]),
        };
  const when = sameValue(old.when, now.when) ? now.when : { any: [old.when, now.when] };
  return { ...now, when, effect, mode: old.mode === "enforce" || now.mode === "enforce" ? "enforce" : "shadow" };
}

function put(content: PolicyDraftContent, path: string, value: unknown): PolicyDraftContent {
  const cells = new Map([...cellsOf(content)].map(([at, cell]) => [at, { path: at, value: cell.value }]));
  if (value === undefined) cells.delete(path);
  else cells.set(path, { path, value });
  return fromCells(cells.values());
}
