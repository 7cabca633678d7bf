import { currencyExponent } from "@/lib/money";
import type { ApprovalSpec, Band, BandThen, Condition } from "@/lib/policy/schema";

/** Changes of one list of bands. Each gives a new list and leaves the old one as it was. */

export const effectOfBand = (then: BandThen): "allow" | "approval" | "deny" =>
  typeof then === "object" ? "approval" : then;

export function replaceBand(bands: readonly Band[], index: number, band: Band): Band[] {
  return bands.map((each, at) => (at === index ? band : each));
}

/** @param upTo `undefined` takes the limit away, and its currency with it */
export function withThreshold(band: Band, upTo: string | undefined, currency: string | undefined): Band {
  const { upTo: _amount, currency: _currency, ...rest } = band;
  return upTo === undefined ? rest : { upTo, ...(currency === undefined ? {} : { currency }), ...rest };
}

export function withEffect(band: Band, effect: "allow" | "approval" | "deny", approval: ApprovalSpec): Band {
  if (effectOfBand(band.then) === effect) return band;
  return { ...band, then: effect === "approval" ? { approval } : effect };
}

export function withCondition(band: Band, when: Condition | undefined): Band {
  const { when: _, then, ...rest } = band;
  return when === undefined ? { ...rest, then } : { ...rest, when, then };
}

/** A band before the one that takes the rest: ten times the largest threshold, asking whom the tier would ask anyway. */
export function addBand(bands: readonly Band[], currency: string, approval: ApprovalSpec): Band[] {
  const last = bands.at(-1);
  const closes = last !== undefined && last.upTo === undefined && last.when === undefined;
  const amounts = bands.flatMap((band) =>
    band.upTo !== undefined && band.currency === currency ? [Number(band.upTo)] : [],
  );
  const next = amounts.length === 0 ? 500 : Math.max(...amounts) * 10;
  const added: Band = {
    upTo: Math.min(next, 1e15).toFixed(currencyExponent(currency) ?? 2),
    currency,
    then: { approval },
  };
  return closes ? bands.toSpliced(-1, 0, added) : [...bands, added, ...(last ? [] : [{ then: "deny" as const }])];
}

export function removeBand(bands: readonly Band[], index: number): Band[] {
  return bands.toSpliced(index, 1);
}

/** Exchanges a band with its neighbor; the order is the order in which they are tried. */
export function moveBand(bands: readonly Band[], index: number, by: -1 | 1): Band[] {
  const other = index + by;
  const [one, two] = [bands[index], bands[other]];
  if (!one || !two) return [...bands];
  return bands.map((band, at) => (at === index ? two : at === other ? one : band));
}

/** The currency most thresholds of a row are in, else of its tools, else EUR. */
export function currencyOf(bands: readonly Band[], otherwise = "EUR"): string {
  const counts = new Map<string, number>();
  for (const { currency } of bands) if (currency) counts.set(currency, (counts.get(currency) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0] ?? otherwise;
}
