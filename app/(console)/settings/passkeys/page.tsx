import type { Metadata } from "next";
import { AddPasskey } from "@/components/passkeys/add-passkey";
import { PasskeyTable } from "@/components/passkeys/passkey-table";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { listPasskeys } from "@/lib/auth/passkeys";
import { readOwnAccount } from "@/lib/auth/queries";
import { requireActor } from "@/lib/auth/session";
import * as actions from "./actions";

export const metadata: Metadata = { title: "Passkeys" };

export default async function PasskeysPage() {
  const actor = await requireActor("overview:read");
  const [passkeys, { hasPassword }] = await Promise.all([listPasskeys(actor), readOwnAccount(actor)]);
  const add = <AddPasskey hasPassword={hasPassword} begin={actions.begin} add={actions.add} />;
  return (
    <>
      <PageHeader
        title="Passkeys"
        description="A rule can ask that an approval is signed with a passkey: your device then verifies you by PIN, fingerprint or face, for this one request."
        actions={passkeys.length > 0 && add}
      />
      {passkeys.length === 0 ? (
        <EmptyState kind="nothing" title="No passkeys yet" action={add}>
          You need one to approve requests whose rule asks for it. You do not sign in with it.
        </EmptyState>
      ) : (
        <PasskeyTable passkeys={passkeys} now={new Date().toISOString()} remove={actions.remove} />
      )}
    </>
  );
}
