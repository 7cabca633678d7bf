"use client";

import { ChevronDown, Search, X } from "lucide-react";
import Form from "next/form";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { type FormEvent, type ReactNode, useEffect, useOptimistic, useRef, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Input } from "@/components/ui/input";
import { Kbd } from "@/components/ui/kbd";
import { isTyping, useShortcutsEnabled } from "@/components/ui/keyboard";
import { Popover } from "@/components/ui/popover";
import { type Option, Select } from "@/components/ui/select";
import { visibleString } from "@/components/ui/visible-text";

export type Filter =
  | {
      kind?: "one";
      name: string;
      label: string;
      options: readonly Option[];
      /** What it says while nothing is chosen, when the list is narrowed even then: "Status: waiting". */
      whenUnset?: string;
    }
  | { kind: "many"; name: string; label: string; options: readonly Option[] }
  | { kind: "date"; name: string; label: string };

type FilterBarProps = {
  /** Search field; its parameter is `q` unless named. */
  search?: { placeholder: string; name?: string };
  filters?: readonly Filter[];
  /** At the right: export, pause, view. */
  actions?: ReactNode;
};

/**
 * Search and filters of a list. All state is in the URL: the page parses it with its schema, Back works, and a link
 * reproduces the view. A change starts again at the first page.
 */
export function FilterBar({ search, filters = [], actions }: FilterBarProps) {
  const pathname = usePathname();
  const router = useRouter();
  // What was just chosen shows at once, while the page behind it is still being read.
  const [shown, show] = useOptimistic(useSearchParams().toString());
  const params = new URLSearchParams(shown);
  const [busy, start] = useTransition();
  const query = search?.name ?? "q";

  const go = (change: (next: URLSearchParams) => void) => {
    const next = new URLSearchParams(params);
    change(next);
    next.delete("cursor");
    start(() => {
      show(next.toString());
      router.push(`${pathname}?${next}`, { scroll: false });
    });
  };
  const set = (name: string, values: readonly string[]) =>
    go((next) => {
      next.delete(name);
      for (const value of values) if (value) next.append(name, value);
    });
  const submitSearch = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    set(query, [String(new FormData(event.currentTarget).get(query) ?? "").trim()]);
  };

  const active = filters.flatMap((filter) =>
    params.getAll(filter.name).map((value) => ({ filter, value, word: wordOf(filter, value) })),
  );
  const searched = params.get(query);
  const chips = [
    ...(search && searched ? [{ key: query, text: `“${visibleString(searched)}”`, remove: () => set(query, []) }] : []),
    ...active.map(({ filter, value, word }) => ({
      key: `${filter.name}=${value}`,
      text: `${filter.label}: ${visibleString(word)}`,
      remove: () =>
        set(
          filter.name,
          params.getAll(filter.name).filter((each) => each !== value),
        ),
    })),
  ];

  return (
    <search aria-busy={busy} className="flex flex-col gap-2" data-no-print>
      <div className="grid grid-cols-2 items-center gap-2 sm:flex sm:flex-wrap">
        {search && (
          <Form action={pathname} onSubmit={submitSearch} className="col-span-2 sm:w-64">
            <SearchInput key={searched} name={query} placeholder={search.placeholder} defaultValue={searched ?? ""} />
          </Form>
        )}
        {filters.map((filter) => (
          <FilterControl key={filter.name} filter={filter} values={params.getAll(filter.name)} onChange={set} />
        ))}
        {actions && <div className="col-span-2 ml-auto flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {chips.length > 0 && (
        <ul aria-label="Active filters" className="flex flex-wrap items-center gap-1">
          {chips.map((chip) => (
            <li
              key={chip.key}
              className="flex max-w-full items-center rounded-md border bg-surface-sunken pl-2 text-xs"
            >
              <span className="truncate">{chip.text}</span>
              <button
                type="button"
                onClick={chip.remove}
                aria-label={`Remove filter ${chip.text}`}
                className="grid size-6 shrink-0 place-items-center rounded-md text-muted hover:text-text"
              >
                <X aria-hidden className="size-3.5" />
              </button>
            </li>
          ))}
          <li>
            <Button
              variant="ghost"
              size="sm"
              onClick={() =>
                go((next) => {
                  for (const name of [query, ...filters.map((filter) => filter.name)]) next.delete(name);
                })
              }
            >
              Clear filters
            </Button>
          </li>
        </ul>
      )}
    </search>
  );
}

function FilterControl({
  filter,
  values,
  onChange,
}: {
  filter: Filter;
  values: readonly string[];
  onChange: (name: string, values: readonly string[]) => void;
}) {
  if (filter.kind === "date") {
    return (
      <Input
        type="date"
        aria-label={filter.label}
        before={filter.label}
        value={values[0] ?? ""}
        onChange={(event) => onChange(filter.name, [event.target.value])}
        className="col-span-2 sm:w-auto"
      />
    );
  }
  if (filter.kind === "many") {
    return (
      <Popover
        label={filter.label}
        className="max-h-80 min-w-48 overflow-y-auto"
        trigger={
          <Button className="w-full font-normal max-sm:justify-between sm:w-auto">
            {filter.label}
            {values.length > 0 && <span className="tabular text-muted">{values.length}</span>}
            <ChevronDown aria-hidden className="text-muted" />
          </Button>
        }
      >
        <fieldset>
          <legend className="sr-only">{filter.label}</legend>
          {filter.options.map((option) => (
            <Checkbox
              key={option.value}
              label={option.label}
              checked={values.includes(option.value)}
              onChange={(event) =>
                onChange(
                  filter.name,
                  event.target.checked ? [...values, option.value] : values.filter((each) => each !== option.value),
                )
              }
            />
          ))}
        </fieldset>
      </Popover>
    );
  }
  return (
    <Select
      aria-label={filter.label}
      placeholder={filter.whenUnset ?? filter.label}
      options={filter.options}
      value={values[0] ?? ""}
      onChange={(event) => onChange(filter.name, [event.target.value])}
      className="max-w-full sm:w-auto"
    />
  );
}

/** The search field; `/` leads to it from anywhere on the page. */
function SearchInput(props: { name: string; placeholder: string; defaultValue: string }) {
  const input = useRef<HTMLInputElement>(null);
  const enabled = useShortcutsEnabled();

  useEffect(() => {
    if (!enabled) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [enabled]);

  return (
    <Input
      {...props}
      ref={input}
      type="search"
      aria-label={props.placeholder}
      maxLength={200}
      autoComplete="off"
      before={<Search aria-hidden />}
      after={enabled ? <Kbd>/</Kbd> : undefined}
    />
  );
}

function wordOf(filter: Filter, value: string): string {
  if (filter.kind === "date") return value;
  return filter.options.find((option) => option.value === value)?.label ?? value;
}
