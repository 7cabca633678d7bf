import { cva, type VariantProps } from "class-variance-authority";

/**
 * The look of everything that is pressed. `primary` is the one action a screen is for; `danger` is inverted rather than
 * red, because status colors mean status only: its words and a confirm step carry the warning.
 */
export const buttonStyle = cva(
  [
    "inline-flex shrink-0 items-center justify-center gap-2 rounded-md border font-medium whitespace-nowrap select-none",
    "transition-colors disabled:cursor-not-allowed disabled:opacity-50 aria-disabled:cursor-not-allowed",
    "aria-disabled:opacity-60 [&_svg]:shrink-0",
  ],
  {
    variants: {
      variant: {
        primary: "border-transparent bg-accent text-on-accent hover:bg-accent-hover",
        secondary: "border-border-strong bg-surface text-text hover:bg-surface-hover",
        ghost: "border-transparent bg-transparent text-text hover:bg-surface-hover",
        quiet: "border-transparent bg-transparent text-muted hover:bg-surface-hover hover:text-text",
        danger: "border-transparent bg-text text-surface hover:opacity-90",
      },
      size: {
        xs: "h-6 text-xs [&_svg]:size-3.5",
        sm: "h-7 text-xs [&_svg]:size-3.5",
        md: "h-8 text-sm [&_svg]:size-4",
        lg: "h-10 text-base [&_svg]:size-4",
      },
      shape: { label: "", icon: "" },
    },
    compoundVariants: [
      { shape: "label", size: "xs", class: "px-1.5" },
      { shape: "label", size: "sm", class: "px-2" },
      { shape: "label", size: "md", class: "px-3" },
      { shape: "label", size: "lg", class: "px-4" },
      { shape: "icon", size: "xs", class: "w-6" },
      { shape: "icon", size: "sm", class: "w-7" },
      { shape: "icon", size: "md", class: "w-8" },
      { shape: "icon", size: "lg", class: "w-10" },
    ],
    defaultVariants: { variant: "secondary", size: "md", shape: "label" },
  },
);

export type ButtonStyleProps = Omit<VariantProps<typeof buttonStyle>, "shape">;
