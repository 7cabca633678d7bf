import { clsx } from "clsx";
import Link from "next/link";
import { buttonStyle } from "@/components/ui/button-style";
import { formatCount } from "@/components/ui/money";

type PaginationProps = {
  /** Rows on this page. */
  shown: number;
  /** All rows that match; left out when counting them would cost too much. */
  total?: number;
  /** Plural: "decisions". */
  noun: string;
  /** The page's own search parameters, to keep filters and order. */
  searchParams: Record<string, string | string[] | undefined>;
  /** From the query; null on the last page. */
  nextCursor: string | null;
};

/** Paging by cursor: says how much is shown, and leads on and back to the start. */
export function Pagination({ shown, total, noun, searchParams, nextCursor }: PaginationProps) {
  const onLaterPage = searchParams.cursor !== undefined;
  const count = total === undefined ? formatCount(shown) : `${formatCount(shown)} of ${formatCount(total)}`;
  return (
    <nav aria-label="Pages" className="flex min-h-8 flex-wrap items-center justify-between gap-2 text-muted">
      <p className="tabular">
        {count} {noun}
        {total === undefined && nextCursor !== null && ", more follow"}
      </p>
      <div className="flex gap-2">
        <PageLink label="First page" href={onLaterPage ? withCursor(searchParams, null) : undefined} />
        <PageLink label="Next page" href={nextCursor === null ? undefined : withCursor(searchParams, nextCursor)} />
      </div>
    </nav>
  );
}

function PageLink({ label, href }: { label: string; href: string | undefined }) {
  const style = buttonStyle({ variant: "secondary", size: "sm" });
  if (href) {
    return (
      <Link href={href} className={style}>
        {label}
      </Link>
    );
  }
  return (
    <span aria-hidden className={clsx(style, "opacity-50")}>
      {label}
    </span>
  );
}

function withCursor(searchParams: PaginationProps["searchParams"], cursor: string | null): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(searchParams)) {
    if (name === "cursor" || value === undefined) continue;
    for (const each of Array.isArray(value) ? value : [value]) params.append(name, each);
  }
  if (cursor !== null) params.set("cursor", cursor);
  return `?${params}`;
}
