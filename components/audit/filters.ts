import type { Filter } from "@/components/ui/filter-bar";
import { statusWord } from "@/components/ui/status-badge";
import { kindOptions } from "@/lib/audit/kind-words";
import { type Choices, outcomes, results } from "@/lib/explorer/schema";

/** The explorer's filters, with what each can be set to. */
export function explorerFilters(choices: Choices): Filter[] {
  const named = (items: readonly { id: string; name: string }[]) =>
    items.map(({ id, name }) => ({ value: id, label: name }));
  const plain = (items: readonly string[]) => items.map((value) => ({ value, label: value }));
  return [
    { kind: "date", name: "from", label: "From" },
    { kind: "date", name: "to", label: "To" },
    { name: "agent", label: "Agent", options: named(choices.agents) },
    { name: "tool", label: "Tool", options: plain(choices.tools) },
    {
      name: "outcome",
      label: "Outcome",
      options: [
        ...outcomes.map((value) => ({ value, label: statusWord("outcome", value) })),
        ...results.map((value) => ({ value, label: statusWord("result", value) })),
      ],
    },
    { name: "code", label: "Reason", options: plain(choices.codes) },
    { name: "kind", label: "Kind", options: kindOptions },
    ...(choices.people.length > 0 ? [{ name: "person", label: "Person", options: named(choices.people) }] : []),
  ];
}
