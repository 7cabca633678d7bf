import { ClippedText } from "@/components/approvals/clipped-text";
import { Money } from "@/components/ui/money";

/** An amount as an agent sent it: money when it is a plain decimal, else the text it is. */
export function Amount({ amount, currency }: { amount: string; currency: string | null }) {
  if (/^\d{1,18}(\.\d{1,4})?$/.test(amount) && (currency === null || /^[A-Z]{3}$/.test(currency))) {
    return <Money amount={amount} {...(currency ? { currency } : {})} />;
  }
  return (
    <>
      <ClippedText text={amount} most={40} /> {currency && <ClippedText text={currency} most={12} />}
    </>
  );
}
