import type { Metadata } from "next";
import { ChangePassword } from "@/components/settings/change-password";
import { SessionList } from "@/components/settings/session-list";
import { Description, DescriptionList, NotSet } from "@/components/ui/description-list";
import { PageHeader } from "@/components/ui/page-header";
import { Panel } from "@/components/ui/panel";
import { listOwnSessions, readOwnAccount } from "@/lib/auth/queries";
import { currentSessionDigest, requireActor } from "@/lib/auth/session";
import { absoluteDays, idleHours } from "@/lib/auth/session-limits";
import { roleLabel } from "@/lib/auth/words";
import * as actions from "./actions";

export const metadata: Metadata = { title: "Your account" };

export default async function AccountPage() {
  const actor = await requireActor("overview:read");
  const digest = await currentSessionDigest();
  const [account, sessions] = await Promise.all([readOwnAccount(actor), listOwnSessions(actor, digest)]);
  const now = new Date().toISOString();
  return (
    <>
      <PageHeader title="Your account" />
      <Panel title="You">
        <DescriptionList columns={2}>
          <Description term="Name">{actor.name}</Description>
          <Description term="Email">{actor.email}</Description>
          <Description term="Roles">{actor.roles.map(roleLabel).join(", ") || <NotSet word="None" />}</Description>
          <Description term="Groups">{actor.groups.join(", ") || <NotSet word="None" />}</Description>
          <Description term="Signs in with">{account.signIn}</Description>
        </DescriptionList>
      </Panel>
      <SessionList
        sessions={sessions}
        now={now}
        limits={`A session ends after ${idleHours} hours without use, and after ${absoluteDays} days in any case.`}
        end={actions.end}
        endOthers={actions.endOthers}
      />
      {account.hasPassword && <ChangePassword email={actor.email} change={actions.password} />}
    </>
  );
}
