import { ButtonLink } from "@/components/ui/button-link";
import { formatCount } from "@/components/ui/money";

type PaginationProps = {
  /** Rows on this page. */
  shown: number;
  /** All rows that match; left out when counting them would cost too much. */
  total?: number;
  /** Counting stopped at `total`: more match. */
  more?: boolean;
  /** Plural: "decisions". */
  noun: string;
  /** The page's own search parameters, to keep filters and order. */
  searchParams: Record<string, string | string[] | undefined>;
  /** From the query; null on the last page. */
  nextCursor: string | null;
};

/** Paging by cursor: says how much is shown, and leads on and back to the start. */
export function Pagination({ shown, total, more, noun, searchParams, nextCursor }: PaginationProps) {
  const onLaterPage = searchParams.cursor !== undefined;
  const all = total === undefined ? "" : ` of ${more ? "more than " : ""}${formatCount(total)}`;
  const count = shown === 1 && (total ?? 1) === 1 ? `1 ${singular(noun)}` : `${formatCount(shown)}${all} ${noun}`;
  return (
    <nav aria-label="Pages" className="flex min-h-8 flex-wrap items-center justify-between gap-2 text-muted">
      <p className="tabular">
        {count}
        {total === undefined && nextCursor !== null && ", more follow"}
      </p>
      <div className="flex gap-2">
        {onLaterPage && (
          <ButtonLink size="sm" href={withCursor(searchParams, null)}>
            First page
          </ButtonLink>
        )}
        {nextCursor !== null && (
          <ButtonLink size="sm" href={withCursor(searchParams, nextCursor)}>
            Next page
          </ButtonLink>
        )}
      </div>
    </nav>
  );
}

function singular(noun: string): string {
  if (noun === "people") return "person";
  return noun.endsWith("ies") ? `${noun.slice(0, -3)}y` : noun.replace(/s$/, "");
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
