import { ruleAnchor } from "@/components/audit/rule-href";
import { Bands } from "@/components/tiers/band-words";
import { effectHints } from "@/components/tools/words";
import { Panel } from "@/components/ui/panel";
import { EffectBadge } from "@/components/ui/status-badge";
import { Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import { describeBands } from "@/lib/policy/describe";
import { effectClasses, type Tier } from "@/lib/policy/schema";

/** What each tier says of each effect class: a row per class and a column per tier where there is room, else tier by tier. */
export function TierMatrix({ tiers }: { tiers: readonly Tier[] }) {
  return (
    <>
      <div className="max-md:hidden">
        <Matrix tiers={tiers} />
      </div>
      <div className="flex flex-col gap-4 md:hidden">
        {tiers.map((tier) => (
          <Panel key={tier.key} title={`${tier.key} ${tier.name}`} flush>
            <dl className="divide-y">
              {effectClasses.map((effect) => (
                <div key={effect} className="grid grid-cols-[7rem_minmax(0,1fr)] gap-2 px-4 py-2">
                  <dt>
                    <EffectBadge effect={effect} />
                  </dt>
                  <dd>
                    <Bands bands={describeBands(tier.effects[effect])} />
                  </dd>
                </div>
              ))}
            </dl>
          </Panel>
        ))}
      </div>
    </>
  );
}

function Matrix({ tiers }: { tiers: readonly Tier[] }) {
  return (
    <Table label="Effect class by tier">
      <TableHead>
        <Th>Effect</Th>
        {tiers.map((tier) => (
          <Th key={tier.key} className="min-w-44">
            {tier.key} {tier.name}
          </Th>
        ))}
      </TableHead>
      <TableBody>
        {effectClasses.map((effect) => (
          <Tr key={effect}>
            <th scope="row" className="min-w-40 border-b px-3 py-2 text-left align-top font-normal">
              <EffectBadge effect={effect} />
              <span className="mt-1 block text-muted text-xs">{effectHints[effect]}</span>
            </th>
            {tiers.map((tier) => (
              <Td
                key={tier.key}
                id={ruleAnchor(`${tier.key}.${effect}`)}
                className="scroll-mt-24 py-2 align-top target:bg-surface-selected"
              >
                <Bands bands={describeBands(tier.effects[effect])} />
              </Td>
            ))}
          </Tr>
        ))}
      </TableBody>
    </Table>
  );
}

/** Rules of single tools that replace those of their effect class. */
export function ToolOverrides({ tiers }: { tiers: readonly Tier[] }) {
  const rows = tiers.flatMap((tier) =>
    Object.entries(tier.tools ?? {}).map(([tool, bands]) => ({ tier, tool, bands })),
  );
  if (rows.length === 0) return null;
  return (
    <Table label="Rules of single tools">
      <TableHead>
        <Th>Tool</Th>
        <Th>Tier</Th>
        <Th>Rule</Th>
      </TableHead>
      <TableBody>
        {rows.map(({ tier, tool, bands }) => (
          <Tr key={`${tier.key} ${tool}`}>
            <Td
              id={ruleAnchor(`${tier.key}.tools.${tool}`)}
              className="scroll-mt-24 align-top font-mono text-xs target:bg-surface-selected"
            >
              {tool}
            </Td>
            <Td className="align-top">{tier.key}</Td>
            <Td>
              <Bands bands={describeBands(bands)} />
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  );
}
