import type { Metadata } from "next";
import { WelcomeForm } from "@/components/auth/welcome-form";
import { ButtonLink } from "@/components/ui/button-link";
import { EmptyState } from "@/components/ui/empty-state";
import { Panel } from "@/components/ui/panel";
import { readLink } from "@/lib/auth/one-time-link";
import { env } from "@/lib/env";
import { accept, keep } from "./actions";

export const metadata: Metadata = { title: "Welcome" };

export default async function WelcomePage({ params }: PageProps<"/welcome/[token]">) {
  const { token } = await params;
  const link = await readLink(token);
  if (!link) {
    return (
      <Panel>
        <h1 className="sr-only">This link cannot be used</h1>
        <EmptyState
          kind="nothing"
          title="This link cannot be used"
          action={<ButtonLink href="/sign-in">Go to sign-in</ButtonLink>}
        >
          It was used already, or is older than a day. An administrator can make a new one; the first administrator gets
          one when the server starts.
        </EmptyState>
      </Panel>
    );
  }
  return (
    <>
      <div className="flex flex-col gap-1">
        <h1 className="font-semibold text-xl">
          {link.person ? `Welcome, ${link.person.name}` : "Become the first administrator"}
        </h1>
        <p className="text-muted">
          {link.person
            ? `You will sign in as ${link.person.email}.`
            : "Nobody administers this installation yet. This link works once."}
        </p>
      </div>
      <WelcomeForm
        token={token}
        person={link.person}
        providerName={env().oidc?.name ?? null}
        accept={accept}
        keep={keep}
      />
    </>
  );
}
