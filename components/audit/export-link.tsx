import { Download } from "lucide-react";
import { buttonStyle } from "@/components/ui/button-style";

/** Downloads what the filters match, all of it. A plain link: the browser saves the stream as it comes. */
export function ExportLink({ searchParams }: { searchParams: Record<string, string | string[] | undefined> }) {
  const filter = new URLSearchParams();
  for (const name of names) {
    const value = searchParams[name];
    const first = Array.isArray(value) ? value[0] : value;
    if (first) filter.set(name, first);
  }
  return (
    <a href={`/api/console/audit/export?${filter}`} download className={buttonStyle({ variant: "secondary" })}>
      <Download aria-hidden />
      Export CSV
    </a>
  );
}

const names = ["from", "to", "agent", "tool", "outcome", "kind", "code", "person", "ref", "approval", "q"];
