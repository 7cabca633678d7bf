"use client";

import { clsx } from "clsx";
import { Check, ChevronsUpDown } from "lucide-react";
import { useState } from "react";
import { useFieldControl } from "@/components/ui/field";
import { OptionList } from "@/components/ui/option-list";
import { Popover } from "@/components/ui/popover";
import type { Option } from "@/components/ui/select";

type ComboboxProps = {
  options: readonly Option[];
  value?: string | undefined;
  defaultValue?: string;
  onValueChange?: (value: string) => void;
  placeholder: string;
  /** Plural, for "No people found". */
  noun: string;
  /** Posts the value in a plain form. */
  name?: string;
  disabled?: boolean;
  "aria-label"?: string;
};

/** One of many, found by typing: a person, an agent, a tool. For fewer than ten use `Select`. */
export function Combobox({
  options,
  value,
  defaultValue = "",
  onValueChange,
  placeholder,
  noun,
  name,
  disabled,
  ...rest
}: ComboboxProps) {
  const [own, setOwn] = useState(defaultValue);
  const [open, setOpen] = useState(false);
  const control = useFieldControl({});
  const { required, ...described } = control;
  const chosen = options.find((option) => option.value === (value ?? own));
  return (
    <>
      {name && <input type="hidden" name={name} value={chosen?.value ?? ""} />}
      <Popover
        flush
        label={noun}
        open={open}
        onOpenChange={setOpen}
        className="w-(--radix-popover-trigger-width) min-w-64"
        trigger={
          <button
            {...rest}
            {...described}
            type="button"
            role="combobox"
            aria-expanded={open}
            aria-required={required}
            disabled={disabled}
            aria-haspopup="listbox"
            className="control flex h-8 w-full items-center justify-between gap-2 px-2 text-left"
          >
            <span className={clsx("truncate", !chosen && "text-muted")}>{chosen?.label ?? placeholder}</span>
            <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-muted" />
          </button>
        }
      >
        <OptionList
          options={options}
          noun={noun}
          mark={(option) => option.value === chosen?.value && <Check aria-hidden className="size-4 text-muted" />}
          onSelect={(option) => {
            setOwn(option.value);
            onValueChange?.(option.value);
            setOpen(false);
          }}
        />
      </Popover>
    </>
  );
}
