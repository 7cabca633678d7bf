"use client";

import { Check, Plus } from "lucide-react";
import { useState } from "react";
import { Chip } from "@/components/ui/chip";
import { useFieldControl } from "@/components/ui/field";
import { announce } from "@/components/ui/live-region";
import { OptionList } from "@/components/ui/option-list";
import { Popover } from "@/components/ui/popover";
import type { Option } from "@/components/ui/select";

type MultiSelectProps = {
  options: readonly Option[];
  value?: readonly string[] | undefined;
  defaultValue?: readonly string[];
  onValueChange?: (value: string[]) => void;
  /** Plural: "tools". */
  noun: string;
  /** Posts one value per choice in a plain form. */
  name?: string;
  disabled?: boolean;
};

/** Several of many, found by typing: the tools of a mandate, the groups of a rule. */
export function MultiSelect({
  options,
  value,
  defaultValue = [],
  onValueChange,
  noun,
  name,
  disabled,
  ...rest
}: MultiSelectProps) {
  const [own, setOwn] = useState<readonly string[]>(defaultValue);
  const [open, setOpen] = useState(false);
  const { required, ...control } = useFieldControl(rest);
  const chosen = value ?? own;
  const change = (next: readonly string[]) => {
    setOwn(next);
    onValueChange?.([...next]);
  };
  const labelOf = (each: string) => options.find((option) => option.value === each)?.label ?? each;
  return (
    <div className="control flex min-h-8 flex-wrap items-center gap-1 p-1" aria-disabled={disabled || undefined}>
      {chosen.map((each) => (
        <Chip
          key={each}
          text={labelOf(each)}
          disabled={disabled}
          onRemove={() => {
            change(chosen.filter((other) => other !== each));
            announce(`${labelOf(each)} removed`);
          }}
        />
      ))}
      {name && chosen.map((each) => <input key={each} type="hidden" name={name} value={each} />)}
      <Popover
        flush
        label={noun}
        open={open}
        onOpenChange={setOpen}
        className="w-72"
        trigger={
          <button
            {...control}
            type="button"
            role="combobox"
            aria-expanded={open}
            aria-required={required}
            disabled={disabled}
            aria-haspopup="listbox"
            className="flex h-6 min-w-16 flex-1 items-center gap-1 rounded-md px-1 text-muted hover:text-text"
          >
            <Plus aria-hidden className="size-4" />
            {chosen.length === 0 ? `Add ${noun}` : <span className="sr-only">Add {noun}</span>}
          </button>
        }
      >
        <OptionList
          options={options}
          noun={noun}
          mark={(option) =>
            chosen.includes(option.value) && <Check aria-label="chosen" className="size-4 text-muted" />
          }
          onSelect={(option) =>
            change(
              chosen.includes(option.value)
                ? chosen.filter((each) => each !== option.value)
                : [...chosen, option.value],
            )
          }
        />
      </Popover>
    </div>
  );
}
