import { bandSentence } from "@/components/tiers/band-sentence";
import type { Cell, CellValue, DraftContent } from "@/components/tiers/cells";
import { count } from "@/components/tiers/count";
import { guardrailWords } from "@/components/tiers/guardrail-words";
import { sentence } from "@/components/ui/sentence";
import { effectVerb, whoMustApprove } from "@/lib/policy/messages";
import type { ApprovalSpec, Band, Guardrail, NamedList, RateTable } from "@/lib/policy/schema";

/** What a cell is called: `T3: move money`. */
export function cellName(cell: Cell, content: DraftContent): string {
  switch (cell.kind) {
    case "effect":
      return `${cell.tier}: ${effectVerb(cell.effect)}`;
    case "tool":
      return `${cell.tier}: ${cell.tool}`;
    case "name":
    case "description":
      return `${cell.tier}: ${cell.kind}`;
    case "guardrail":
      return content.guardrails.find(({ id }) => id === cell.id)?.name ?? cell.id;
    case "list":
      return `List ${cell.name}`;
    case "escalation":
      return "Escalation";
    case "rates":
      return "Exchange rates";
  }
}

/** What stands in a cell, as one sentence. */
export function cellWords(cell: Cell, value: CellValue): string {
  if (value === undefined) return cell.kind === "effect" ? "Never." : "Not there.";
  switch (cell.kind) {
    case "effect":
    case "tool":
      return sentence(bandSentence(value as Band[]));
    case "guardrail":
      return guardrailWords(value as Guardrail);
    case "escalation":
      return sentence(whoMustApprove(value as ApprovalSpec));
    case "list": {
      const { kind, values } = value as NamedList;
      const shown = values.slice(0, 8).join(", ");
      return `${count(values.length, "value")} (${kind}): ${shown}${values.length > 8 ? " …" : ""}`;
    }
    case "rates": {
      const { base, tables } = value as RateTable;
      return `${count(tables.length, "day")} of rates for ${base}, the newest of ${tables.at(-1)?.date ?? "no day"}.`;
    }
    default:
      return `“${String(value)}”`;
  }
}
