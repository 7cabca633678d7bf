"use client";

import { Command } from "cmdk";
import type { ReactNode } from "react";
import type { Option } from "@/components/ui/select";

/** A list narrowed by typing; the body of Combobox and MultiSelect. */
export function OptionList({
  options,
  noun,
  mark,
  onSelect,
}: {
  options: readonly Option[];
  noun: string;
  mark: (option: Option) => ReactNode;
  onSelect: (option: Option) => void;
}) {
  return (
    <Command label={noun} className="flex flex-col">
      <Command.Input
        autoFocus
        placeholder={`Find ${noun}`}
        className="h-9 w-full border-b bg-transparent px-3 outline-none"
      />
      <Command.List className="max-h-64 overflow-y-auto p-1">
        <Command.Empty className="px-2 py-3 text-center text-muted">No {noun} found</Command.Empty>
        {options.map((option) => (
          <Command.Item
            key={option.value}
            value={option.value}
            keywords={[option.label, option.hint ?? ""]}
            disabled={option.disabled ?? false}
            onSelect={() => onSelect(option)}
            className="flex min-h-8 cursor-default items-center gap-2 rounded-md px-2 data-[disabled=true]:opacity-50 data-[selected=true]:bg-surface-hover"
          >
            <span className="min-w-0 flex-1 truncate">
              {option.label}
              {option.hint && <span className="text-muted"> {option.hint}</span>}
            </span>
            {mark(option)}
          </Command.Item>
        ))}
      </Command.List>
    </Command>
  );
}
