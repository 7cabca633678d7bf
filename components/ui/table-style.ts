import { clsx } from "clsx";

export type CellLook = {
  /** Right for numbers. */
  align?: "left" | "right" | undefined;
  /** Leaves a secondary column out on windows narrower than this. */
  hideBelow?: "sm" | "md" | "lg" | "xl" | undefined;
};

const hidden = { sm: "max-sm:hidden", md: "max-md:hidden", lg: "max-lg:hidden", xl: "max-xl:hidden" };

export function cellStyle({ align, hideBelow }: CellLook) {
  return clsx("h-9 border-b px-3 py-1", align === "right" && "tabular text-right", hideBelow && hidden[hideBelow]);
}

export function headCellStyle(look: CellLook) {
  return clsx(cellStyle(look), "whitespace-nowrap bg-surface-sunken font-medium text-muted text-xs");
}
