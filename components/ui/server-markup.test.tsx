import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { AgeHistogram } from "@/components/charts/age-histogram";
import { BarList } from "@/components/charts/bar-list";
import { OutcomesOverTime } from "@/components/charts/outcomes-over-time";
import { Sparkline } from "@/components/charts/sparkline";
import { agentStatusSeries, StackedRows } from "@/components/charts/stacked-rows";
import { Checkbox } from "@/components/ui/checkbox";
import { CodeBlock } from "@/components/ui/code-block";
import { Combobox } from "@/components/ui/combobox";
import { Dialog } from "@/components/ui/dialog";
import { DropdownMenu } from "@/components/ui/dropdown-menu";
import { Field } from "@/components/ui/field";
import { Id } from "@/components/ui/id";
import { Input } from "@/components/ui/input";
import { MultiSelect } from "@/components/ui/multi-select";
import { RadioGroup, SegmentedControl } from "@/components/ui/radio-group";
import { Select } from "@/components/ui/select";
import { Slider } from "@/components/ui/slider";
import { StatusBadge } from "@/components/ui/status-badge";
import { Switch } from "@/components/ui/switch";
import { TagInput } from "@/components/ui/tag-input";
import { Time } from "@/components/ui/time";

const options = [
  { value: "a", label: "A" },
  { value: "b", label: "B" },
];
const now = "2026-11-12T14:03:22Z";

const pieces: Record<string, ReactNode> = {
  AgeHistogram: <AgeHistogram noun="approvals" empty="None" bands={[{ label: "< 1 h", count: 3 }]} />,
  BarList: <BarList noun="refusals" empty="None" items={[{ key: "a", label: "a", value: 3 }]} />,
  Checkbox: <Checkbox label="Check" defaultChecked />,
  CodeBlock: <CodeBlock label="curl" code="curl" />,
  Combobox: <Combobox noun="people" placeholder="Choose" options={options} defaultValue="a" name="owner" />,
  Dialog: <Dialog title="Title" trigger={<button type="button">Open</button>} />,
  DropdownMenu: <DropdownMenu trigger={<button type="button">Open</button>}>items</DropdownMenu>,
  Id: <Id value="agt_01jx4q7h2n8v5c3m9b6k1fzzzz" />,
  MultiSelect: <MultiSelect noun="tools" options={options} defaultValue={["a"]} name="tools" />,
  OutcomesOverTime: <OutcomesOverTime unit="day" buckets={[{ at: now, allow: 1, approval_required: 0, deny: 2 }]} />,
  RadioGroup: <RadioGroup label="Risk" options={options} defaultValue="a" />,
  SegmentedControl: <SegmentedControl label="Period" options={options} defaultValue="a" />,
  Select: <Select options={options} placeholder="Choose" />,
  Slider: <Slider min={0} max={10} defaultValue={3} />,
  Sparkline: <Sparkline label="Decisions" values={[1, null, 3, 4]} />,
  StackedRows: (
    <StackedRows
      label="Agents"
      head="Tier"
      empty="None"
      series={agentStatusSeries}
      rows={[{ label: "T0", values: { active: 1 } }]}
    />
  ),
  StatusBadge: <StatusBadge kind="outcome" value="approval_required" />,
  Switch: <Switch label="Notify" defaultChecked />,
  TagInput: <TagInput defaultValue={["api.example.com"]} name="hosts" />,
  Time: <Time value={now} now={now} />,
};

test.each(Object.entries(pieces))(
  "the server's markup of %s has no inline style or handler, which the policy would refuse",
  (_, piece) => {
    expect(renderToStaticMarkup(piece)).not.toMatch(/<style|\sstyle=|\son[a-z]+=/);
  },
);

test("a field's hint and error are tied to its control", () => {
  const html = renderToStaticMarkup(
    <Field label="Name" hint="Short." error="Give a name.">
      <Input name="name" />
    </Field>,
  );
  const ids = /<input[^>]*aria-describedby="([^"]+)"/.exec(html)?.[1]?.split(" ") ?? [];
  expect(ids).toHaveLength(2);
  for (const id of ids) expect(html).toContain(`id="${id}"`);
  expect(html).toMatch(/<input[^>]*aria-invalid="true"/);
  expect(html).toMatch(new RegExp(`<label for="${/<input[^>]*\sid="([^"]+)"/.exec(html)?.[1]}"`));
});

test("a status is never color alone: every badge carries its word and an icon", () => {
  const html = renderToStaticMarkup(<StatusBadge kind="agent" value="suspended" />);
  expect(html).toContain("Suspended");
  expect(html).toContain("<svg");
});
