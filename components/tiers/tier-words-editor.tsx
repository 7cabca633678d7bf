"use client";

import type { Dispatch } from "react";
import type { DraftContent } from "@/components/tiers/cells";
import type { DraftAction } from "@/components/tiers/draft-state";
import { useTyped } from "@/components/tiers/use-typed";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Textarea } from "@/components/ui/textarea";
import type { TierKey } from "@/lib/policy/schema";

/** The name of a tier and what it is for. Neither decides anything. */
export function TierWordsEditor({
  tier: key,
  content,
  dispatch,
}: {
  tier: TierKey;
  content: DraftContent;
  dispatch: Dispatch<DraftAction>;
}) {
  const tier = content.tiers.find((one) => one.key === key);
  const name = useTyped(
    tier?.name ?? "",
    (text) => (text.trim() === "" ? "This cannot be empty." : undefined),
    (text) => dispatch({ type: "edit", cell: { kind: "name", tier: key }, value: text, group: "name" }),
  );
  return (
    <div className="flex flex-col gap-4">
      <Field label="Name" required error={name.error}>
        <Input value={name.text} maxLength={80} onChange={(event) => name.type(event.target.value)} />
      </Field>
      <Field label="Description">
        <Textarea
          value={tier?.description ?? ""}
          maxLength={1000}
          rows={4}
          onChange={(event) =>
            dispatch({
              type: "edit",
              cell: { kind: "description", tier: key },
              value: event.target.value,
              group: "description",
            })
          }
        />
      </Field>
    </div>
  );
}
