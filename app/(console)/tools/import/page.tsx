import type { Metadata } from "next";
import { importPasted } from "@/app/(console)/tools/actions";
import { ImportTools } from "@/components/tools/import-tools";
import { PageHeader } from "@/components/ui/page-header";
import { requireActor } from "@/lib/auth/session";

export const metadata: Metadata = { title: "Import tools" };

export default async function ImportToolsPage() {
  await requireActor("tools:write");
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title="Import tools"
        breadcrumb={[{ label: "Tools", href: "/tools" }]}
        description="From an MCP server or an API. You confirm each tool; nothing is sanctioned by itself."
      />
      <ImportTools run={importPasted} />
    </div>
  );
}
