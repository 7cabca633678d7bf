import { clsx } from "clsx";
import Link from "next/link";
import { CopyButton } from "@/components/ui/copy-button";
import { shortenMiddle } from "@/components/ui/shorten-middle";

type IdProps = {
  value: string;
  /** Where the thing is shown. */
  href?: string;
  /** What it is, for the copy button: "agent id". */
  noun?: string;
  /** Characters kept at each end; 0 shows all of it. */
  keep?: number;
  className?: string;
};

/** An id or a hash, shortened in the middle. Copying, printing and assistive technology get the whole. */
export function Id({ value, href, noun = "id", keep = 6, className }: IdProps) {
  const short = shortenMiddle(value, keep);
  const text =
    short === value ? (
      value
    ) : (
      <>
        <span aria-hidden className="print:hidden">
          {short}
        </span>
        <span className="sr-only print:not-sr-only">{value}</span>
      </>
    );
  return (
    <span className={clsx("inline-flex max-w-full items-center gap-0.5 align-middle font-mono text-xs", className)}>
      {href ? (
        <Link href={href} className="relative truncate rounded-md py-1 text-link hover:underline">
          {text}
        </Link>
      ) : (
        <span className={clsx("relative", keep === 0 ? "break-all" : "truncate")}>{text}</span>
      )}
      <CopyButton value={value} label={`Copy ${noun}`} />
    </span>
  );
}
