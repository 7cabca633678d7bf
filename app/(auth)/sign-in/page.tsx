import type { Metadata } from "next";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { PasswordForm } from "@/components/auth/password-form";
import { ProviderButton } from "@/components/auth/provider-button";
import { Resume } from "@/components/auth/resume";
import { SamplePeople } from "@/components/auth/sample-people";
import { Banner } from "@/components/ui/banner";
import { Panel } from "@/components/ui/panel";
import { listSamplePeople } from "@/lib/auth/queries";
import { returnPath } from "@/lib/auth/return-path";
import { currentActor } from "@/lib/auth/session";
import { samplePersonDetail, signInErrorText } from "@/lib/auth/words";
import { env } from "@/lib/env";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage({ searchParams }: PageProps<"/sign-in">) {
  const given = await searchParams;
  const to = returnPath(given.to);
  if (await currentActor()) redirect(to);
  const crossSite = (await headers()).get("sec-fetch-site") === "cross-site";
  const { mode, oidc } = env();
  const people = mode === "evaluation" ? await listSamplePeople() : [];
  const error = signInErrorText(given.error);
  return (
    <>
      {crossSite && <Resume to={to} />}
      <h1 className="font-semibold text-xl">Sign in</h1>
      {error && <Banner tone="deny">{error}</Banner>}
      {people.length > 0 && (
        <Panel title="Come in as a sample person" description="Evaluation mode, sample data" flush>
          <SamplePeople
            to={to}
            people={people.map((one) => ({ id: one.id, name: one.name, detail: samplePersonDetail(one) }))}
          />
        </Panel>
      )}
      {oidc && (
        <Panel>
          <ProviderButton name={oidc.name} to={to} />
        </Panel>
      )}
      <Panel title={people.length > 0 || oidc ? "With email and password" : undefined}>
        <PasswordForm to={to} autoFocus={people.length === 0 && !oidc} />
      </Panel>
    </>
  );
}
