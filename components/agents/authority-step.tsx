"use client";

import { Controller, type UseFormReturn } from "react-hook-form";
import type { RegisterForm } from "@/components/agents/register-form";
import type { Reach } from "@/components/agents/tool-picker";
import { environmentWords, optionsOf, riskHints, riskWords } from "@/components/agents/words";
import { RadioGroup, SegmentedControl } from "@/components/ui/radio-group";
import type { TierKey } from "@/lib/policy/schema";

export type TierChoice = {
  key: TierKey;
  name: string;
  /** What the tier allows, from the policy in force. */
  sentence: string;
  reach: Reach;
};

/** Where it runs, how grave a mistake would be, and how much it may do alone. */
export function AuthorityStep({
  form: { control },
  tiers,
}: {
  form: UseFormReturn<RegisterForm>;
  tiers: readonly TierChoice[];
}) {
  return (
    <>
      <Controller
        control={control}
        name="environment"
        render={({ field, fieldState }) => (
          <SegmentedControl
            label="Environment"
            options={optionsOf(environmentWords)}
            value={field.value}
            onValueChange={field.onChange}
            error={fieldState.error?.message}
          />
        )}
      />
      <Controller
        control={control}
        name="riskClass"
        render={({ field, fieldState }) => (
          <RadioGroup
            label="Risk class"
            options={optionsOf(riskWords, riskHints)}
            value={field.value}
            onValueChange={field.onChange}
            error={fieldState.error?.message}
          />
        )}
      />
      <Controller
        control={control}
        name="tier"
        render={({ field, fieldState }) => (
          <RadioGroup
            label="Autonomy tier"
            hint="How much it may do without a person. The mandate can only narrow this."
            options={tiers.map((tier) => ({ value: tier.key, label: `${tier.key} ${tier.name}`, hint: tier.sentence }))}
            value={field.value}
            onValueChange={field.onChange}
            error={fieldState.error?.message}
          />
        )}
      />
    </>
  );
}
