/**
 * An amount with its currency.
 * @param amount   decimal string; shown digit for digit, never through a float
 * @param currency ISO 4217 code; leave it out where the column header names it
 */
export function Money({ amount, currency }: { amount: string; currency?: string }) {
  return (
    <span className="tabular whitespace-nowrap">
      {groupDigits(amount)}
      {currency && <span className="text-muted"> {currency}</span>}
    </span>
  );
}

/** Groups the whole part of a decimal string by three: `1234567.50` → `1,234,567.50`. Other text is returned as it is. */
export function groupDigits(amount: string): string {
  const match = /^(-?)(\d+)(\.\d+)?$/.exec(amount);
  if (!match) return amount;
  const [, sign = "", whole = "", fraction = ""] = match;
  return `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ",")}${fraction}`;
}

/** A count for display: `1240` → `1,240`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}
