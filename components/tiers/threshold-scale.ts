import { currencyExponent } from "@/lib/money";

/**
 * The scale thresholds are dragged on: amounts from nothing to somewhat above the largest threshold, wider where they are small, because 500 or 700
 * matters as much as 50,000 or 70,000. It only places and proposes amounts; what is compared in a decision is the exact decimal.
 */

export type Scale = { most: number; currency: string };

/** @param thresholds decimal amounts, in any order */
export function scaleFor(thresholds: readonly string[], currency: string): Scale {
  const largest = Math.max(100, ...thresholds.map(Number).filter(Number.isFinite));
  return { most: oneTwoFive(largest * 1.5, "up"), currency };
}

/** Where an amount lies, 0 to 1. Below about a thousandth of the scale it is nearly linear, above it logarithmic. */
export function positionOf(amount: string | number, { most }: Scale): number {
  const value = Math.min(Math.max(Number(amount) || 0, 0), most);
  return Math.log1p((value * 1000) / most) / Math.log1p(1000);
}

/** The amount at a place on the scale, rounded to two digits that people would choose, with the decimals of the currency. */
export function amountAt(position: number, scale: Scale): string {
  const held = Math.min(Math.max(position, 0), 1);
  return decimal((Math.expm1(held * Math.log1p(1000)) * scale.most) / 1000, scale.currency);
}

/** The next amount by a key: arrows by two digits (500 → 510), pages along 1, 2, 5 (500 → 1,000). */
export function stepFrom(amount: string, step: "up" | "down" | "pageUp" | "pageDown", scale: Scale): string {
  const value = Number(amount) || 0;
  if (step === "pageUp") return decimal(oneTwoFive(value, "up"), scale.currency);
  if (step === "pageDown") return decimal(oneTwoFive(value, "down"), scale.currency);
  const least = 10 ** -decimals(scale.currency);
  const magnitude = (at: number) => Math.max(10 ** (Math.floor(Math.log10(at) + 1e-9) - 1), least);
  if (step === "up") {
    const by = value > 0 ? magnitude(value) : 1;
    return decimal((Math.floor(value / by + 1e-6) + 1) * by, scale.currency);
  }
  if (value <= least) return decimal(0, scale.currency);
  // Just below a power of ten the digits are finer: 1,000 → 990.
  const by = magnitude(value * (1 - 1e-6));
  return decimal(Math.max(0, (Math.ceil(value / by - 1e-6) - 1) * by), scale.currency);
}

/** Between two decimals, each of which may be missing. */
export function between(amount: string, least: string | undefined, most: string | undefined): string {
  if (least !== undefined && Number(amount) < Number(least)) return least;
  if (most !== undefined && Number(amount) > Number(most)) return most;
  return amount;
}

/** The amounts written under the scale: 0 and powers of ten, as many as have room. */
export function marksOf(scale: Scale): number[] {
  const marks = [0];
  for (let mark = 10 ** Math.floor(Math.log10(scale.most)); marks.length < 5 && mark >= scale.most / 1000; mark /= 10)
    marks.push(mark);
  return marks.sort((one, other) => one - other);
}

function oneTwoFive(value: number, direction: "up" | "down"): number {
  if (value < 1) return direction === "up" ? 1 : 0;
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const steps = [0.5, 1, 2, 5, 10].map((step) => step * power);
  return direction === "up"
    ? (steps.find((step) => step > value * (1 + 1e-9)) ?? value)
    : (steps.findLast((step) => step < value * (1 - 1e-9)) ?? 0);
}

/** Rounded to two digits and written with the currency's decimals: 1234 → `1200.00`. */
function decimal(value: number, currency: string): string {
  const exponent = decimals(currency);
  if (value <= 0) return (0).toFixed(exponent);
  const by = 10 ** (Math.floor(Math.log10(value) + 1e-9) - 1);
  const rounded = by >= 1 ? Math.round(value / by) * by : Number((Math.round(value / by) * by).toFixed(exponent));
  return Math.min(rounded, 1e15).toFixed(exponent);
}

function decimals(currency: string): number {
  return currencyExponent(currency) ?? 2;
}
