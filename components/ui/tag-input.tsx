"use client";

import { type ClipboardEvent, type KeyboardEvent, useState } from "react";
import { Chip } from "@/components/ui/chip";
import { FieldError, useFieldControl } from "@/components/ui/field";
import { announce } from "@/components/ui/live-region";

type TagInputProps = {
  value?: readonly string[] | undefined;
  defaultValue?: readonly string[];
  onValueChange?: (value: string[]) => void;
  placeholder?: string;
  /** Says what is wrong with one entry, or nothing. The entry then stays in the field. */
  check?: (entry: string) => string | undefined;
  /** Posts one value per entry in a plain form. */
  name?: string;
  disabled?: boolean;
};

/**
 * A list of free entries: hosts, recipients, regions. Enter, comma or leaving the field adds one; pasting several lines
 * adds each; Backspace in the empty field takes the last one back for editing.
 */
export function TagInput({
  value,
  defaultValue = [],
  onValueChange,
  placeholder,
  check,
  name,
  disabled,
  ...rest
}: TagInputProps) {
  const [own, setOwn] = useState<readonly string[]>(defaultValue);
  const [draft, setDraft] = useState("");
  const [problem, setProblem] = useState<string | undefined>();
  const { required, ...control } = useFieldControl(rest);
  const entries = value ?? own;

  const change = (next: readonly string[]) => {
    setOwn(next);
    onValueChange?.([...next]);
  };
  const add = (texts: readonly string[]) => {
    const next = [...entries];
    for (const text of texts.map((each) => each.trim()).filter(Boolean)) {
      const refused = check?.(text);
      if (refused) {
        setProblem(refused);
        setDraft(text);
        change(next);
        return;
      }
      if (!next.includes(text)) next.push(text);
    }
    setProblem(undefined);
    setDraft("");
    if (next.length > entries.length) {
      change(next);
      announce(`${next.slice(entries.length).join(", ")} added`);
    }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    if ((event.key === "Enter" && draft.trim()) || event.key === ",") {
      event.preventDefault();
      add([draft]);
    } else if (event.key === "Backspace" && draft === "" && entries.length > 0) {
      event.preventDefault();
      setDraft(entries.at(-1) ?? "");
      change(entries.slice(0, -1));
    }
  };
  const onPaste = (event: ClipboardEvent<HTMLInputElement>) => {
    const parts = event.clipboardData.getData("text").split(/[\n,;]+/);
    if (parts.length < 2) return;
    event.preventDefault();
    add(parts);
  };

  return (
    <div className="flex flex-col gap-1">
      <div className="control flex min-h-8 flex-wrap items-center gap-1 p-1" aria-disabled={disabled || undefined}>
        {entries.map((entry) => (
          <Chip
            key={entry}
            text={entry}
            disabled={disabled}
            onRemove={() => {
              change(entries.filter((other) => other !== entry));
              announce(`${entry} removed`);
            }}
          />
        ))}
        {name && entries.map((entry) => <input key={entry} type="hidden" name={name} value={entry} />)}
        <input
          {...control}
          {...(problem ? { "aria-invalid": true } : {})}
          value={draft}
          disabled={disabled}
          placeholder={entries.length === 0 ? placeholder : undefined}
          onChange={(event) => {
            setDraft(event.target.value);
            setProblem(undefined);
          }}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          onBlur={() => add([draft])}
          className="h-6 min-w-24 flex-1 bg-transparent px-1 outline-none"
        />
      </div>
      <div aria-live="polite">
        <FieldError message={problem} />
      </div>
    </div>
  );
}
