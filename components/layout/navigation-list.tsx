"use client";

import { clsx } from "clsx";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { activeItem, type NavGroup, navIcons } from "@/components/layout/navigation";
import { formatCount } from "@/components/ui/money";

/** The links of the navigation, in groups. */
export function NavigationList({ groups, onNavigate }: { groups: readonly NavGroup[]; onNavigate?: () => void }) {
  const open = activeItem(groups, usePathname());
  return (
    <nav aria-label="Main" className="flex flex-col gap-4 p-2">
      {groups.map((group) => (
        <div key={group.label ?? group.items[0]?.href}>
          {group.label && <p className="px-2 pb-1 text-muted text-xs">{group.label}</p>}
          <ul className="flex flex-col gap-px">
            {group.items.map((item) => {
              const Icon = navIcons[item.icon];
              const active = item === open;
              return (
                <li key={item.href}>
                  <Link
                    href={item.href}
                    onClick={onNavigate}
                    aria-current={active ? "page" : undefined}
                    className={clsx(
                      "flex h-8 items-center gap-2 rounded-md px-2 focus-visible:outline-offset-0",
                      active ? "bg-surface-selected font-medium" : "text-muted hover:bg-surface-hover hover:text-text",
                    )}
                  >
                    <Icon aria-hidden className={clsx("size-4 shrink-0", active && "text-link")} />
                    <span className="min-w-0 flex-1 truncate">{item.label}</span>
                    {item.count ? (
                      <span className="tabular rounded-md bg-accent px-1.5 font-medium text-on-accent text-xs">
                        {formatCount(item.count)}
                        <span className="sr-only"> {item.countNoun}</span>
                      </span>
                    ) : null}
                  </Link>
                </li>
              );
            })}
          </ul>
        </div>
      ))}
    </nav>
  );
}
