import { Banner } from "@/components/ui/banner";
import { Description, DescriptionList } from "@/components/ui/description-list";
import { formatCount } from "@/components/ui/money";
import { Panel } from "@/components/ui/panel";
import { sentence } from "@/components/ui/sentence";
import { StatusBadge } from "@/components/ui/status-badge";
import { Time } from "@/components/ui/time";
import type { Overview } from "@/lib/metrics/schema";

/** Whether the log keeps its promise: signed up to where, when, and who outside has seen it. */
export function LogState({ log, now }: { log: Overview["log"]; now: string }) {
  const { signed, waiting, fault, outside } = log;
  return (
    <Panel title="The log" actions={fault && <StatusBadge kind="proof" value="failed" />}>
      <div className="flex flex-col gap-3">
        {fault && (
          <Banner tone="deny" title={sentence(fault)}>
            Keep the database as it is and run npm run audit:fsck.
          </Banner>
        )}
        <DescriptionList>
          <Description term="Signed entries">{signed ? formatCount(signed.size) : "none yet"}</Description>
          <Description term="Last signed">{signed ? <Time value={signed.at} now={now} /> : "never"}</Description>
          <Description term="Waiting">{formatCount(waiting)}</Description>
          {outside.map(({ name, at }) => (
            <Description key={name} term="Seen outside">
              {at ? <Time value={at} now={now} /> : "never"} <span className="text-muted">by {name}</span>
            </Description>
          ))}
          {outside.length === 0 && <Description term="Seen outside">by no witness</Description>}
        </DescriptionList>
      </div>
    </Panel>
  );
}
