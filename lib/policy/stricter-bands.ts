import { canonicalText } from "./cells";
import { minorOf } from "./conditions";
import { mergeApprovals } from "./merge";
import type { Band, BandThen, Condition } from "./schema";

/** More bands than a tier may have for one cell. */
const most = 64;

/**
 * Bands that answer every call as strictly as the stricter of two lists: for each pair of a band of one and a band of the
 * other, what fits both. The first pair that fits is made of the first band of each that fits. An amount in a currency that
 * cannot be converted is the exception, because a refusal by amount becomes a question there; who relies on that looks.
 * @returns `null` when there would be too many
 */
export function stricterBands(one: readonly Band[], other: readonly Band[]): Band[] | null {
  const [left, right] = [closed(one), closed(other)];
  const bands: Band[] = [];
  for (const first of left) {
    for (const second of right) {
      const band = both(first, second);
      if (!bands.some((earlier) => hides(earlier, band))) bands.push(band);
    }
  }
  return bands.length > most ? null : withFirstQuestion(bands, [one, other]);
}

/** What cannot be undone is asked of whom the first band that asks names: of everybody whom either list would ask. */
function withFirstQuestion(bands: Band[], lists: readonly (readonly Band[])[]): Band[] {
  const firsts = [bands, ...lists].flatMap((list) =>
    list.flatMap(({ then }) => (typeof then === "object" ? [then.approval] : [])).slice(0, 1),
  );
  const at = bands.findIndex(({ then }) => typeof then === "object");
  if (at < 0) return bands;
  return bands.map((band, index) => (index === at ? { ...band, then: { approval: mergeApprovals(firsts) } } : band));
}

/** What no band fits is refused. */
function closed(bands: readonly Band[]): readonly Band[] {
  const last = bands.at(-1);
  return last && last.upTo === undefined && last.when === undefined ? bands : [...bands, { then: "deny" }];
}

function both(one: Band, other: Band): Band {
  const conditions = [one.when, other.when].filter((when) => when !== undefined);
  const limit = lower(one, other);
  if (limit.beside) conditions.push(limit.beside);
  const [when] = sameTexts(conditions) ? conditions : [{ all: conditions }];
  return { ...limit.band, ...(when === undefined ? {} : { when }), then: stricter(one.then, other.then) };
}

function sameTexts(conditions: readonly Condition[]): boolean {
  return new Set(conditions.map(canonicalText)).size <= 1;
}

/** The lower of two limits; one in another currency becomes a condition. */
function lower(one: Band, other: Band): { band: Pick<Band, "upTo" | "currency">; beside?: Condition } {
  const [first, second] = [one, other].filter(({ upTo }) => upTo !== undefined);
  if (first === undefined) return { band: {} };
  const own = ({ upTo, currency }: Band) => ({ upTo, currency });
  if (second === undefined) return { band: own(first) };
  if (first.currency === second.currency) return { band: own(isLower(second, first) ? second : first) };
  const value = { amount: second.upTo as string, currency: second.currency as string };
  return { band: own(first), beside: { attribute: "action.amount", operator: "lte", value } };
}

function isLower(one: Band, other: Band): boolean {
  const minor = ({ upTo = "", currency = "" }: Band) => minorOf({ amount: upTo, currency }).minor;
  return minor(one) < minor(other);
}

function stricter(one: BandThen, other: BandThen): BandThen {
  if (one === "deny" || other === "deny") return "deny";
  if (one === "allow") return other;
  if (other === "allow") return one;
  return { approval: mergeApprovals([one.approval, other.approval]) };
}

/** An earlier band that fits wherever a later one would. */
function hides(earlier: Band, later: Band): boolean {
  if (earlier.when !== undefined && canonicalText(earlier.when) !== canonicalText(later.when)) return false;
  if (earlier.upTo === undefined) return true;
  return later.upTo !== undefined && later.currency === earlier.currency && !isLower(earlier, later);
}
