"use client";

import { clsx } from "clsx";
import { useId } from "react";
import { FieldSet } from "@/components/ui/field";
import type { Option } from "@/components/ui/select";

type ChoiceProps<V extends string> = {
  label: string;
  labelHidden?: boolean;
  options: readonly Option<V>[];
  value?: V | undefined;
  defaultValue?: V | undefined;
  onValueChange?: (value: V) => void;
  name?: string;
  hint?: string;
  error?: string | undefined;
  required?: boolean;
  disabled?: boolean;
  className?: string;
};

/** One of a few, all visible, each with room for a sentence. */
export function RadioGroup<V extends string>({
  label,
  labelHidden,
  hint,
  error,
  className,
  ...choice
}: ChoiceProps<V>) {
  const radio = useRadios(choice, Boolean(error));
  return (
    <FieldSet label={label} labelHidden={labelHidden} hint={hint} error={error} className={className}>
      <div className="flex flex-col gap-1">
        {choice.options.map((option) => (
          <label key={option.value} className="flex min-h-6 items-start gap-2 py-0.5">
            <span className="grid size-5 shrink-0 place-items-center">
              <input
                {...radio(option)}
                className="peer col-start-1 row-start-1 size-4 appearance-none rounded-full border border-control bg-surface checked:border-accent checked:bg-accent disabled:opacity-50"
              />
              <span
                aria-hidden
                className="pointer-events-none invisible col-start-1 row-start-1 size-1.5 rounded-full bg-on-accent peer-checked:visible"
              />
            </span>
            <span className="min-w-0">
              {option.label}
              {option.hint && <span className="block text-muted text-xs">{option.hint}</span>}
            </span>
          </label>
        ))}
      </div>
    </FieldSet>
  );
}

/** One of two to five short words in a row, e.g. a period or an environment. */
export function SegmentedControl<V extends string>({
  label,
  labelHidden,
  hint,
  error,
  className,
  ...choice
}: ChoiceProps<V>) {
  const radio = useRadios(choice, Boolean(error));
  return (
    <FieldSet label={label} labelHidden={labelHidden} hint={hint} error={error} className={className}>
      <div className="inline-flex w-fit max-w-full flex-wrap gap-0.5 rounded-md border border-border-strong bg-surface-sunken p-0.5">
        {choice.options.map((option) => (
          <label
            key={option.value}
            className={clsx(
              "relative flex h-7 items-center rounded-md px-3 text-muted hover:text-text has-checked:bg-surface-raised",
              "has-checked:text-text has-checked:outline has-checked:outline-control",
              "has-focus-visible:outline-2 has-focus-visible:outline-focus has-focus-visible:outline-offset-1",
              "has-disabled:opacity-50",
            )}
          >
            <input {...radio(option)} className="absolute inset-0 appearance-none rounded-md outline-none" />
            <span className="pointer-events-none">{option.label}</span>
          </label>
        ))}
      </div>
    </FieldSet>
  );
}

function useRadios<V extends string>(
  choice: Pick<ChoiceProps<V>, "name" | "value" | "defaultValue" | "onValueChange" | "required" | "disabled">,
  invalid: boolean,
) {
  const ownName = useId();
  return (option: Option<V>) => ({
    type: "radio" as const,
    name: choice.name ?? ownName,
    value: option.value,
    required: choice.required,
    disabled: choice.disabled || option.disabled,
    "aria-invalid": invalid || undefined,
    ...(choice.value === undefined
      ? { defaultChecked: choice.defaultValue === option.value }
      : { checked: choice.value === option.value }),
    onChange: () => choice.onValueChange?.(option.value),
  });
}
