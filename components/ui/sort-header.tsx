"use client";

import { clsx } from "clsx";
import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react";
import Link from "next/link";
import { usePathname, useSearchParams } from "next/navigation";
import { nextSort, type Sort } from "@/components/ui/sort";
import { type CellLook, headCellStyle } from "@/components/ui/table-style";

type SortHeaderProps = {
  /** Name of the column in the URL. */
  by: string;
  /** What the page sorted by, as its schema parsed it. */
  sort: Sort;
  /** Direction of the first press: names ascend, times and amounts descend. */
  first?: "asc" | "desc";
  children: string;
} & CellLook;

/** A column header that sorts. The order is in the URL as `sort=createdAt` or `sort=-createdAt`. */
export function SortHeader({ by, sort, first = "asc", align, hideBelow, children }: SortHeaderProps) {
  const pathname = usePathname();
  const params = new URLSearchParams(useSearchParams());
  const active = sort.by === by;
  params.set("sort", nextSort(by, sort, first));
  params.delete("cursor");
  const Icon = !active ? ChevronsUpDown : sort.direction === "asc" ? ArrowUp : ArrowDown;
  return (
    <th
      scope="col"
      aria-sort={active ? (sort.direction === "asc" ? "ascending" : "descending") : "none"}
      className={headCellStyle({ align, hideBelow })}
    >
      <Link
        href={`${pathname}?${params}`}
        scroll={false}
        className={clsx("inline-flex min-h-6 items-center gap-1 rounded-md hover:text-text", active && "text-text")}
      >
        {children}
        <Icon aria-hidden className="size-3.5" />
      </Link>
    </th>
  );
}
