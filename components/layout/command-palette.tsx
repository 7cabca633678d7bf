"use client";

import { Command } from "cmdk";
import { ArrowRight, Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { Dialog as Primitive } from "radix-ui";
import { useEffect, useRef, useState } from "react";
import { type NavGroup, navIcons } from "@/components/layout/navigation";
import { Kbd } from "@/components/ui/kbd";
import { useFocusReturn } from "@/components/ui/use-focus-return";

export type SearchHit = {
  href: string;
  label: string;
  detail?: string;
  /** Plural noun it is listed under: "Agents". */
  group: string;
};

type Found =
  | { state: "idle" }
  | { state: "searching" }
  | { state: "done"; hits: readonly SearchHit[] }
  | { state: "failed" };

const pause = 150;

/** Ctrl/⌘ K: go to a screen, or find an agent, decision, approval or tool by name or id. */
export function CommandPalette({
  groups,
  search,
}: {
  groups: readonly NavGroup[];
  search: (query: string) => Promise<readonly SearchHit[]>;
}) {
  const [open, setOpen] = useState(false);
  const { remember, giveBack } = useFocusReturn();

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      event.preventDefault();
      setOpen((was) => !was);
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);

  return (
    <Primitive.Root open={open} onOpenChange={setOpen}>
      <Primitive.Trigger className="flex h-8 min-w-0 flex-1 items-center gap-2 rounded-md border border-border-strong bg-surface px-2 text-muted hover:bg-surface-hover sm:max-w-72">
        <Search aria-hidden className="size-4 shrink-0" />
        <span className="min-w-0 flex-1 truncate text-left">Search or go to</span>
        <span className="flex gap-1 max-sm:hidden">
          <Kbd>Ctrl</Kbd>
          <Kbd>K</Kbd>
        </span>
      </Primitive.Trigger>
      <Primitive.Portal>
        <div
          data-scroll-lock
          className="enter-fade fixed inset-0 z-40 flex items-start justify-center bg-overlay p-4 sm:pt-24"
        >
          <Primitive.Content
            aria-modal
            aria-describedby={undefined}
            onOpenAutoFocus={remember}
            onCloseAutoFocus={giveBack}
            className="flex max-h-full w-full max-w-xl flex-col overflow-hidden rounded-lg border bg-surface-raised shadow-overlay outline-none"
          >
            <Primitive.Title className="sr-only">Search or go to</Primitive.Title>
            <Palette groups={groups} search={search} close={() => setOpen(false)} />
          </Primitive.Content>
        </div>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

function Palette({
  groups,
  search,
  close,
}: {
  groups: readonly NavGroup[];
  search: (query: string) => Promise<readonly SearchHit[]>;
  close: () => void;
}) {
  const router = useRouter();
  const [query, setQuery] = useState("");
  const found = useSearch(query.trim(), search);
  const go = (href: string) => {
    close();
    router.push(href);
  };

  const wanted = query.trim().toLowerCase();
  const screens = groups.flatMap((group) => group.items).filter((item) => item.label.toLowerCase().includes(wanted));
  const hits = found.state === "done" ? found.hits : [];
  const hitGroups = [...new Set(hits.map((hit) => hit.group))];

  return (
    <Command label="Search or go to" shouldFilter={false} className="flex min-h-0 flex-col">
      <Command.Input
        value={query}
        onValueChange={setQuery}
        maxLength={200}
        placeholder="A screen, an agent, a tool, or an id such as dec_…"
        className="h-12 w-full shrink-0 border-b bg-transparent px-4 text-base outline-none"
      />
      <Command.List className="max-h-96 min-h-0 overflow-y-auto p-1" aria-busy={found.state === "searching"}>
        {screens.length > 0 && (
          <Group heading="Go to">
            {screens.map((item) => {
              const Icon = navIcons[item.icon];
              return (
                <Item key={item.href} value={`go ${item.href}`} onSelect={() => go(item.href)}>
                  <Icon aria-hidden />
                  {item.label}
                </Item>
              );
            })}
          </Group>
        )}
        {hitGroups.map((heading) => (
          <Group key={heading} heading={heading}>
            {hits
              .filter((hit) => hit.group === heading)
              .map((hit) => (
                <Item key={hit.href} value={hit.href} onSelect={() => go(hit.href)}>
                  <ArrowRight aria-hidden />
                  <span className="truncate">{hit.label}</span>
                  {hit.detail && <span className="ml-auto truncate pl-4 text-muted text-xs">{hit.detail}</span>}
                </Item>
              ))}
          </Group>
        ))}
        <p role="status" className="px-3 py-2 text-muted empty:hidden">
          {found.state === "searching" && "Searching"}
          {found.state === "failed" && "The search did not answer. Screens can still be opened."}
          {found.state === "done" && hits.length === 0 && screens.length === 0 && "Nothing found"}
        </p>
      </Command.List>
    </Command>
  );
}

function Group({ heading, children }: { heading: string; children: React.ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-muted [&_[cmdk-group-heading]]:text-xs"
    >
      {children}
    </Command.Group>
  );
}

function Item({ value, onSelect, children }: { value: string; onSelect: () => void; children: React.ReactNode }) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex min-h-9 cursor-default items-center gap-2 rounded-md px-2 data-[selected=true]:bg-surface-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted"
    >
      {children}
    </Command.Item>
  );
}

/** Asks the server once typing pauses; an answer to an older question is dropped. */
function useSearch(query: string, search: (query: string) => Promise<readonly SearchHit[]>): Found {
  const [found, setFound] = useState<Found>({ state: "idle" });
  const turn = useRef(0);

  useEffect(() => {
    turn.current += 1;
    const mine = turn.current;
    if (query.length < 2) {
      setFound({ state: "idle" });
      return;
    }
    const timer = setTimeout(async () => {
      setFound((was) => (was.state === "done" ? was : { state: "searching" }));
      try {
        const hits = await search(query);
        if (turn.current === mine) setFound({ state: "done", hits });
      } catch {
        if (turn.current === mine) setFound({ state: "failed" });
      }
    }, pause);
    return () => clearTimeout(timer);
  }, [query, search]);

  return found;
}
