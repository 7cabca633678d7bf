import { cva, type VariantProps } from "class-variance-authority";

/**
 * The look of everything that is pressed. `primary` is the one action a screen is for; `danger` is inverted rather than
 * red, because status colors mean status only: its words and a confirm step carry the warning.
 */
export const buttonStyle = cva(
  [
    "inline-flex shrink-0 items-center justify-center gap-2 rounded-md border font-medium whitespace-nowrap select-none",
    "transition-colors disabled:cursor-not-allowed disabled:opacity-50 aria-disabled:cursor-not-allowed",
    "aria-disabled:opacity-60 [&_svg]:size-4 [&_svg]:shrink-0",
  ],
  {
    variants: {
      variant: {
        primary: "border-transparent bg-accent text-on-accent hover:bg-accent-hover",
        secondary: "border-border-strong bg-surface text-text hover:bg-surface-hover",
        ghost: "border-transparent bg-transparent text-text hover:bg-surface-hover",
        danger: "border-transparent bg-text text-surface hover:opacity-90",
      },
      size: { sm: "h-7 px-2 text-xs", md: "h-8 px-3 text-sm", lg: "h-10 px-4 text-base" },
      shape: { label: "", icon: "" },
    },
    compoundVariants: [
      { shape: "icon", size: "sm", class: "w-7 px-0" },
      { shape: "icon", size: "md", class: "w-8 px-0" },
      { shape: "icon", size: "lg", class: "w-10 px-0" },
    ],
    defaultVariants: { variant: "secondary", size: "md", shape: "label" },
  },
);

export type ButtonStyleProps = Omit<VariantProps<typeof buttonStyle>, "shape">;
