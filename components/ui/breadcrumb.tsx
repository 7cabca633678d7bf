import Link from "next/link";
import { Fragment } from "react";

export type Crumb = { label: string; href?: string };

/** The way to this page; the page's own name is its `h1` and is not repeated here. */
export function Breadcrumb({ items }: { items: readonly Crumb[] }) {
  return (
    <nav aria-label="Breadcrumb" className="min-w-0">
      <ol className="flex min-w-0 flex-wrap items-center gap-1.5 text-muted text-xs">
        {items.map((item, index) => (
          <Fragment key={item.href ?? item.label}>
            {index > 0 && <li aria-hidden>/</li>}
            <li className="min-w-0 truncate">
              {item.href ? (
                <Link
                  href={item.href}
                  className="inline-flex min-h-6 items-center rounded-md hover:text-text hover:underline"
                >
                  {item.label}
                </Link>
              ) : (
                item.label
              )}
            </li>
          </Fragment>
        ))}
      </ol>
    </nav>
  );
}
