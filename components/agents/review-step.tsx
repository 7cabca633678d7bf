"use client";

import type { TierChoice } from "@/components/agents/authority-step";
import type { PersonChoice } from "@/components/agents/identity-step";
import { MandateView } from "@/components/agents/mandate-view";
import type { RegisterForm } from "@/components/agents/register-form";
import { environmentWords, riskWords } from "@/components/agents/words";
import { Person } from "@/components/ui/avatar";
import { Description, DescriptionList, NotSet } from "@/components/ui/description-list";
import { Panel } from "@/components/ui/panel";
import { withoutEmptyLists } from "@/lib/agents/mandate-input";
import { mandate } from "@/lib/policy/schema";

/** Everything that will be written, before it is. */
export function ReviewStep({
  values,
  tier,
  people,
}: {
  values: RegisterForm;
  tier: TierChoice | undefined;
  people: readonly PersonChoice[];
}) {
  const person = (email: string | undefined) => people.find((one) => one.email === email)?.name ?? email;
  const parsed = mandate.safeParse(withoutEmptyLists(values.mandate));
  return (
    <div className="flex flex-col gap-4">
      <Panel title="Agent">
        <DescriptionList>
          <Description term="Name">{values.name}</Description>
          <Description term="Purpose">
            <span className="whitespace-pre-line">{values.purpose}</span>
          </Description>
          <Description term="Owner">
            <Person name={person(values.ownerEmail) ?? ""} />
          </Description>
          <Description term="Backup owner">
            {values.backupOwnerEmail ? (
              <Person name={person(values.backupOwnerEmail) ?? ""} />
            ) : (
              <NotSet word="Nobody" />
            )}
          </Description>
          <Description term="Environment">{environmentWords[values.environment]}</Description>
          <Description term="Risk class">{riskWords[values.riskClass]}</Description>
          <Description term="Tier">
            {values.tier} {tier?.name}
            <span className="block text-muted">{tier?.sentence}</span>
          </Description>
          <Description term="Version">
            {values.version.label} ({values.version.provider}, {values.version.model})
          </Description>
        </DescriptionList>
      </Panel>
      <Panel title="Mandate">{parsed.success && <MandateView mandate={parsed.data} />}</Panel>
      <p className="text-muted">
        It is registered as a draft. It can do nothing before it has a key and is activated; both come next.
      </p>
    </div>
  );
}
