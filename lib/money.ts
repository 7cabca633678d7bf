/**
 * Money as exact minor units. Decimals are read from their text and never pass through floating point;
 * currencies and their number of decimals are those of ISO 4217 (list one, 2026), as data below.
 * Knows nothing of policies, budgets or who pays.
 */

/** Why a value is not an amount of that currency. */
export type AmountRefusal =
  | "currency_unknown"
  | "not_a_decimal"
  | "negative"
  | "exponent"
  | "separator"
  | "whitespace"
  | "too_large"
  | "too_precise";

export type ParsedAmount = { ok: true; minor: bigint } | { ok: false; reason: AmountRefusal };

/** Codes by number of decimals. Metals, funds without decimals and test codes are not money and are left out. */
const codesByExponent: Record<number, string> = {
  0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
  2:
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK " +
    "DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL " +
    "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK " +
    "SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
  3: "BHD IQD JOD KWD LYD OMR TND",
  4: "CLF UYW",
};

const exponents = new Map<string, number>();
for (const [exponent, codes] of Object.entries(codesByExponent)) {
  for (const code of codes.split(" ")) exponents.set(code, Number(exponent));
}

/** All currency codes known here, sorted. */
export const currencies: readonly string[] = [...exponents.keys()].sort();

/** Decimals of a currency, 0 to 4; `undefined` when the code is not money by ISO 4217. Codes are matched exactly. */
export function currencyExponent(code: string): number | undefined {
  return exponents.get(code);
}

const plainDecimal = /^(0|[1-9][0-9]*)(?:\.([0-9]+))?$/;
const powersOfTen = Array.from({ length: 32 }, (_, index) => 10n ** BigInt(index));

/**
 * The decimal text of an amount as it came in: a string as it is, a JSON number as its shortest exact text.
 * @returns the text, or why no text can be trusted: a sign, an exponent, or more digits than a double can hold
 */
export function decimalText(value: unknown): { ok: true; text: string } | { ok: false; reason: AmountRefusal } {
  if (typeof value === "string") return { ok: true, text: value };
  if (typeof value !== "number" || !Number.isFinite(value)) return { ok: false, reason: "not_a_decimal" };
  if (value < 0 || Object.is(value, -0)) return { ok: false, reason: "negative" };
  const text = String(value);
  if (text.includes("e")) return { ok: false, reason: "exponent" };
  // A literal of up to 15 significant digits survives a double unchanged; above that its text is no longer known.
  const exact = Number.isInteger(value) ? value <= Number.MAX_SAFE_INTEGER : significantDigits(text) <= 15;
  return exact ? { ok: true, text } : { ok: false, reason: "too_precise" };
}

function significantDigits(text: string): number {
  return text.replace(".", "").replace(/^0+/, "").length;
}

/**
 * Reads an amount into minor units of `currency`.
 * @param value    decimal string, or JSON number without exponent; nothing is trimmed, folded or rounded
 * @param currency ISO 4217 code
 * @returns minor units, 0 or more, of at most 18 integer digits; or the reason for refusing
 */
export function parseAmount(value: unknown, currency: string): ParsedAmount {
  const exponent = exponents.get(currency);
  if (exponent === undefined) return { ok: false, reason: "currency_unknown" };
  if (typeof value === "string") return parseDecimal(value, exponent);
  const decimal = decimalText(value);
  return decimal.ok ? parseDecimal(decimal.text, exponent) : decimal;
}

/** Like `parseAmount`, for a text and a number of decimals. */
function parseDecimal(text: string, exponent: number): ParsedAmount {
  if (text.length > 64) return { ok: false, reason: "too_large" };
  const small = smallDecimal(text, exponent);
  if (small >= 0) return { ok: true, minor: BigInt(small) };
  const match = plainDecimal.exec(text);
  if (match === null) return { ok: false, reason: refusalOf(text) };
  const whole = match[1] as string;
  const fraction = match[2] ?? "";
  if (whole.length > 18) return { ok: false, reason: "too_large" };
  if (fraction.length > exponent) return { ok: false, reason: "too_precise" };
  return { ok: true, minor: BigInt(whole + fraction.padEnd(exponent, "0")) };
}

/**
 * Minor units of a plain decimal of at most 15 digits in all, which a number holds exactly; -1 for everything else, which is looked at closely. Nearly every amount comes this way,
 * and it takes a fifth of the time.
 */
function smallDecimal(text: string, exponent: number): number {
  const { length } = text;
  if (length === 0 || length > 15 || (length > 1 && text.charCodeAt(0) === 48 && text.charCodeAt(1) !== 46)) return -1;
  let value = 0;
  let decimals = -1;
  for (let at = 0; at < length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      if (decimals >= 0) decimals++;
    } else if (digit === -2 && decimals < 0 && at > 0) decimals = 0;
    else return -1;
  }
  if (decimals === 0 || decimals > exponent || length + exponent > 15) return -1;
  for (let at = Math.max(decimals, 0); at < exponent; at++) value *= 10;
  return value;
}

function refusalOf(text: string): AmountRefusal {
  if (/\s/.test(text)) return "whitespace";
  if (/^[-−]/.test(text)) return "negative";
  if (/^[0-9.]+[eE][+-]?[0-9]+$/.test(text)) return "exponent";
  if (/^[0-9][0-9.,'_\u066c]*$/.test(text) && /[,'_\u066c]|\..*\./.test(text)) return "separator";
  return "not_a_decimal";
}

/**
 * Checks an amount whose currency is not known, by form alone.
 * @returns `null` when it is a plain non-negative decimal of at most 18 integer and 4 fraction digits, else the reason
 */
export function refuseAmountForm(value: unknown): AmountRefusal | null {
  const decimal = decimalText(value);
  if (!decimal.ok) return decimal.reason;
  const parsed = parseDecimal(decimal.text, 4);
  return parsed.ok ? null : parsed.reason;
}

/**
 * Writes minor units as a decimal with the currency's own number of decimals: `95000n, "EUR"` → `950.00`.
 * @throws RangeError when the currency is unknown; callers hold amounts of known currencies only
 */
export function formatAmount(minor: bigint, currency: string): string {
  const exponent = exponents.get(currency);
  if (exponent === undefined) throw new RangeError(`currency ${currency} is not in ISO 4217`);
  const digits = (minor < 0n ? -minor : minor).toString().padStart(exponent + 1, "0");
  const whole = digits.slice(0, digits.length - exponent);
  const text = exponent === 0 ? whole : `${whole}.${digits.slice(-exponent)}`;
  return minor < 0n ? `-${text}` : text;
}

// ── Conversion ──────────────────────────────────────────────────────────────────────────────────────────────────

/** One unit of `base` is `rates[X]` units of X on `date` (UTC day). Rates are plain decimals of at most 12 digits after the point. */
export type DatedRates = {
  base: string;
  maxAgeDays: number;
  tables: readonly { date: string; rates: Readonly<Record<string, string>> }[];
};

type RateDay = { from: number; rates: ReadonlyMap<string, bigint> };
export type CompiledRates = { readonly days: readonly RateDay[]; readonly maxAgeMs: number };

const dayMs = 86_400_000;
const rateScale = 12;

/**
 * Makes a rate table ready for `convertAmount`.
 * @throws RangeError when a date or a rate is not what the schema allows, or a rate is zero
 */
export function compileRates(table: DatedRates): CompiledRates {
  const days = table.tables.map(({ date, rates }) => {
    const from = Date.parse(`${date}T00:00:00Z`);
    if (!Number.isFinite(from)) throw new RangeError(`${date} is not a date`);
    const scaled = new Map<string, bigint>([[table.base, powersOfTen[rateScale] as bigint]]);
    for (const [code, rate] of Object.entries(rates)) {
      const parsed = parseDecimal(rate, rateScale);
      if (!parsed.ok || parsed.minor === 0n)
        throw new RangeError(`the rate of ${code} on ${date} is not a positive decimal`);
      if (code !== table.base) scaled.set(code, parsed.minor);
    }
    return { from, rates: scaled };
  });
  days.sort((left, right) => left.from - right.from);
  return { days, maxAgeMs: table.maxAgeDays * dayMs };
}

/** The result of a conversion and the instant (epoch ms, UTC) at which the rate used stops being the one to use. */
export type ConvertedAmount = { minor: bigint; notAfter: number };

/**
 * Converts minor units through the newest table that is not after `now` and not older than `maxAgeDays`.
 * Rounds up, so that a converted amount never looks smaller than it is.
 * @param now epoch milliseconds, UTC
 * @returns   `null` when there is no current rate for one of the two: the caller asks for approval
 */
export function convertAmount(
  minor: bigint,
  from: string,
  to: string,
  rates: CompiledRates | undefined,
  now: number,
): ConvertedAmount | null {
  const fromExponent = exponents.get(from);
  const toExponent = exponents.get(to);
  if (fromExponent === undefined || toExponent === undefined) return null;
  if (from === to) return { minor, notAfter: Number.POSITIVE_INFINITY };
  if (rates === undefined) return null;
  const index = rates.days.findLastIndex((day) => day.from <= now);
  const day = rates.days[index];
  if (day === undefined || now >= day.from + rates.maxAgeMs) return null;
  const fromRate = day.rates.get(from);
  const toRate = day.rates.get(to);
  if (fromRate === undefined || toRate === undefined) return null;
  const numerator = minor * toRate * (powersOfTen[toExponent] as bigint);
  const denominator = fromRate * (powersOfTen[fromExponent] as bigint);
  const next = rates.days[index + 1]?.from ?? Number.POSITIVE_INFINITY;
  return {
    minor: (numerator + denominator - 1n) / denominator,
    notAfter: Math.min(day.from + rates.maxAgeMs, next),
  };
}
