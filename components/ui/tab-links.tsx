"use client";

import { clsx } from "clsx";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useEffect, useRef } from "react";
import { formatCount } from "@/components/ui/money";

export type TabLink = { href: string; label: string; count?: number };

/**
 * The parts of one thing, each with an address of its own.
 * @param current href of the open tab when the path alone does not tell (tabs in the query string)
 */
export function TabLinks({ label, items, current }: { label: string; items: readonly TabLink[]; current?: string }) {
  const pathname = usePathname();
  const open = current ?? longestMatch(pathname, items);
  const nav = useRef<HTMLElement>(null);

  // On a narrow screen the tabs scroll: the open one is brought into sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another open tab is the reason to look again
  useEffect(() => {
    nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [open]);

  return (
    <nav ref={nav} aria-label={label} className="-mx-4 overflow-x-auto border-b px-4 md:mx-0 md:px-0">
      <ul className="flex gap-1">
        {items.map((item) => (
          <li key={item.href}>
            <Link
              href={item.href}
              aria-current={item.href === open ? "page" : undefined}
              className={clsx(
                "flex h-9 items-center gap-1.5 whitespace-nowrap border-b-2 px-2 focus-visible:-outline-offset-2",
                item.href === open
                  ? "border-accent font-medium text-text"
                  : "border-transparent text-muted hover:border-border-strong hover:text-text",
              )}
            >
              {item.label}
              {item.count !== undefined && (
                <span className="tabular text-muted text-xs">{formatCount(item.count)}</span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function longestMatch(pathname: string, items: readonly TabLink[]): string | undefined {
  return items
    .filter((item) => pathname === item.href || pathname.startsWith(`${item.href}/`))
    .reduce<TabLink | undefined>(
      (best, item) => (best && best.href.length >= item.href.length ? best : item),
      undefined,
    )?.href;
}
