import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { Description, DescriptionList, NotSet } from "@/components/ui/description-list";
import { InertText } from "@/components/ui/inert-text";
import { budgetText, hostRuleText } from "@/lib/agents/mandate-text";
import { describeCondition } from "@/lib/policy/describe";
import { hoursText } from "@/lib/policy/messages";
import type { Mandate } from "@/lib/policy/schema";

/** A mandate to read. */
export function MandateView({
  mandate,
  known,
}: {
  mandate: Mandate /** Names in the catalogue; others are marked. */;
  known?: readonly string[];
}) {
  return (
    <DescriptionList>
      <Description term="Tools">
        {mandate.tools.length === 0 ? (
          <NotSet word="None, so it can do nothing" />
        ) : (
          <Chips>
            {mandate.tools.map((name) => (
              <Badge key={name} tone={known && !known.includes(name) ? "warning" : "plain"} className="font-mono">
                {name}
                {known && !known.includes(name) && <span className="font-sans"> not in the catalogue</span>}
              </Badge>
            ))}
          </Chips>
        )}
      </Description>
      <Texts
        term="Recipients"
        values={mandate.recipients}
        without="Nobody is named, so the tier decides about all of them"
      />
      <Texts term="Hosts" values={mandate.hosts?.map(hostRuleText)} without="Not narrowed" />
      <Texts term="Regions" values={mandate.regions} without="Not narrowed" />
      <Texts term="Classes of data" values={mandate.dataClasses} without="Not narrowed" />
      {mandate.purposes && <Texts term="Purposes" values={mandate.purposes} without="Not narrowed" />}
      <Lines term="Budgets" values={mandate.budgets?.map(budgetText)} without="None" />
      <Lines term="Hours" values={mandate.hours?.map((window) => hoursText([window]))} without="At any time" />
      {mandate.limits && (
        <Lines
          term="Limits"
          values={mandate.limits.map(
            (limit) =>
              `${limit.tool}${limit.upTo === undefined ? "" : ` up to ${limit.upTo} ${limit.currency}`}${limit.when ? ` when ${describeCondition(limit.when)}` : ""}, otherwise ${limit.otherwise === "approval" ? "a person is asked" : "refused"}`,
          )}
          without="None"
        />
      )}
    </DescriptionList>
  );
}

function Chips({ children }: { children: ReactNode }) {
  return <span className="flex flex-wrap gap-1">{children}</span>;
}

function Texts({ term, values, without }: { term: string; values: readonly string[] | undefined; without: string }) {
  return (
    <Description term={term}>
      {values && values.length > 0 ? (
        <Chips>
          {values.slice(0, 50).map((value) => (
            <Badge key={value}>
              <InertText text={value} />
            </Badge>
          ))}
          {values.length > 50 && <span className="text-muted">and {values.length - 50} more</span>}
        </Chips>
      ) : (
        <NotSet word={without} />
      )}
    </Description>
  );
}

function Lines({ term, values, without }: { term: string; values: readonly string[] | undefined; without: string }) {
  return (
    <Description term={term}>
      {values && values.length > 0 ? (
        <ul>
          {values.map((value) => (
            <li key={value}>{value.charAt(0).toUpperCase() + value.slice(1)}</li>
          ))}
        </ul>
      ) : (
        <NotSet word={without} />
      )}
    </Description>
  );
}
