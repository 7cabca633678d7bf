import { clsx } from "clsx";
import { ChevronDown, ChevronRight } from "lucide-react";
import Link from "next/link";
import type { ComponentProps, ReactNode } from "react";
import { TableFrame } from "@/components/ui/table-frame";
import { type CellLook, cellStyle, headCellStyle } from "@/components/ui/table-style";

/**
 * A real table. `j`/`k` or the arrows move from row to row while it has focus, Enter opens the row's link.
 * @param label   accessible name, e.g. "Decisions"
 * @param framed  false inside a flush Panel, which has its own border
 */
export function Table({ label, framed = true, children }: { label: string; framed?: boolean; children: ReactNode }) {
  return (
    <TableFrame label={label} framed={framed}>
      <table className="w-full border-separate border-spacing-0 text-left">{children}</table>
    </TableFrame>
  );
}

/** The header row. It sticks below the top bar on wide screens. */
export function TableHead({ children }: { children: ReactNode }) {
  return (
    <thead className="lg:sticky lg:top-12 lg:z-10 lg:in-data-wide:static">
      <tr>{children}</tr>
    </thead>
  );
}

/** A column header. Name the unit here ("Amount, EUR"), not in the cells. */
export function Th({ align, hideBelow, children, className, ...rest }: Omit<ComponentProps<"th">, "align"> & CellLook) {
  return (
    <th scope="col" {...rest} className={clsx(headCellStyle({ align, hideBelow }), className)}>
      {children}
    </th>
  );
}

export function TableBody({ children }: { children: ReactNode }) {
  return <tbody className="[&>tr:last-child>*]:border-b-0">{children}</tbody>;
}

/** A row. @param selected marks the one that is open beside the list */
export function Tr({ selected, children }: { selected?: boolean; children: ReactNode }) {
  return (
    <tr
      aria-current={selected || undefined}
      className={clsx("scroll-mt-24", selected ? "bg-surface-selected" : "hover:bg-surface-hover")}
    >
      {children}
    </tr>
  );
}

export function Td({ align, hideBelow, children, className, ...rest }: Omit<ComponentProps<"td">, "align"> & CellLook) {
  return (
    <td {...rest} className={clsx(cellStyle({ align, hideBelow }), className)}>
      {children}
    </td>
  );
}

/** The first cell: names the thing and links to it. */
export function RowLink({ href, children, detail }: { href: string; children: ReactNode; detail?: ReactNode }) {
  return (
    <th scope="row" className={clsx(cellStyle({}), "max-w-44 font-normal sm:max-w-80")}>
      <Link
        href={href}
        prefetch={false}
        data-row-link
        className="inline-flex min-h-6 max-w-full items-center rounded-md font-medium hover:underline"
      >
        <span className="truncate">{children}</span>
      </Link>
      {detail && <div className="truncate text-muted text-xs">{detail}</div>}
    </th>
  );
}

/** The first cell of a row that stands for several: it folds and unfolds them. Moves and opens by key like a `RowLink`. */
export function RowToggle({
  open,
  onToggle,
  children,
  detail,
}: {
  open: boolean;
  onToggle: () => void;
  children: ReactNode;
  detail?: ReactNode;
}) {
  const Icon = open ? ChevronDown : ChevronRight;
  return (
    <th scope="row" className={clsx(cellStyle({}), "max-w-44 font-normal sm:max-w-80")}>
      <button
        type="button"
        data-row-link
        aria-expanded={open}
        onClick={onToggle}
        className="inline-flex min-h-6 max-w-full items-center gap-1 rounded-md font-medium hover:underline"
      >
        <Icon aria-hidden className="size-4 shrink-0 text-muted" />
        <span className="truncate">{children}</span>
      </button>
      {detail && <div className="truncate text-muted text-xs">{detail}</div>}
    </th>
  );
}
