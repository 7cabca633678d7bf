import type { Metadata } from "next";
import { IssueToken } from "@/components/settings/issue-token";
import { TokenTable } from "@/components/settings/token-table";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { widest } from "@/lib/auth/permissions";
import { listTokens } from "@/lib/auth/queries";
import { pageFilter } from "@/lib/auth/schema";
import { requireActor } from "@/lib/auth/session";
import { permissionWords } from "@/lib/auth/words";
import * as actions from "./actions";

export const metadata: Metadata = { title: "API tokens" };

export default async function TokensPage({ searchParams }: PageProps<"/settings/tokens">) {
  const actor = await requireActor("tokens:write:own");
  const raw = await searchParams;
  const page = await listTokens(actor, pageFilter.parse(raw));
  const scopes = widest(actor.permissions).map((one) => ({ value: one, label: permissionWords[one], hint: one }));
  const issue = <IssueToken scopes={scopes} issue={actions.issue} />;
  return (
    <>
      <PageHeader
        title="API tokens"
        description="For your own scripts and pipelines. A token never opens more than you can, and ends with your account."
        actions={page.items.length > 0 && issue}
      />
      {page.items.length === 0 ? (
        <EmptyState kind="nothing" title="No tokens yet" action={issue}>
          Agents do not use these: an agent has a key of its own.
        </EmptyState>
      ) : (
        <>
          <TokenTable tokens={page.items} now={new Date().toISOString()} revoke={actions.revoke} />
          {(page.nextCursor || raw.cursor) && (
            <Pagination shown={page.items.length} noun="tokens" searchParams={raw} nextCursor={page.nextCursor} />
          )}
        </>
      )}
    </>
  );
}
