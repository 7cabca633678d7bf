import type { Metadata } from "next";
import { ApiOperations } from "@/components/docs/api-operations";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { apiDocument } from "@/lib/api-document";
import { requireActor } from "@/lib/auth/session";

export const metadata: Metadata = { title: "API" };

export default async function ApiPage() {
  await requireActor("overview:read");
  const document = await apiDocument().catch(() => null);
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title="API"
        description={
          <>
            Everything the console can do, and what runtimes call. For programs there is{" "}
            <a href="/api/v1/openapi.json" className="rounded-md text-link underline">
              the OpenAPI document
            </a>
            .
          </>
        }
      />
      {document ? (
        <ApiOperations document={document} />
      ) : (
        <EmptyState kind="nothing" title="This build has no API document">
          It is made when the program is built. Build it again with `npm run build`.
        </EmptyState>
      )}
    </div>
  );
}
