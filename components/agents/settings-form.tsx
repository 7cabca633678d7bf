"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { Controller, useForm } from "react-hook-form";
import { z } from "zod";
import type { TierChoice } from "@/components/agents/authority-step";
import type { PersonChoice } from "@/components/agents/identity-step";
import { personOptions } from "@/components/agents/identity-step";
import type { EditAgent } from "@/components/agents/mandate-editor";
import { echoHints, echoWords, environmentWords, optionsOf, riskHints, riskWords } from "@/components/agents/words";
import { Button } from "@/components/ui/button";
import { Combobox } from "@/components/ui/combobox";
import { FormField, setFieldErrors } from "@/components/ui/form-field";
import { Input } from "@/components/ui/input";
import { Panel } from "@/components/ui/panel";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { RadioGroup, SegmentedControl } from "@/components/ui/radio-group";
import { Textarea } from "@/components/ui/textarea";
import { toast } from "@/components/ui/toaster";
import { type AgentDetail, registerInput } from "@/lib/agents/schema";
import type { Problem } from "@/lib/errors";

const formSchema = registerInput
  .pick({ name: true, purpose: true, environment: true, riskClass: true, tier: true })
  .extend({ backupOwnerEmail: z.string(), echoMode: z.enum(["off", "warn", "enforce"]) });
type Form = z.input<typeof formSchema>;

/** What is written about an agent, to be changed. */
export function SettingsForm({
  agent,
  people,
  tiers,
  edit,
}: {
  agent: AgentDetail;
  people: readonly PersonChoice[];
  tiers: readonly TierChoice[];
  edit: EditAgent;
}) {
  const [problem, setProblem] = useState<Problem>();
  const stored: Form = {
    name: agent.name,
    purpose: agent.purpose,
    environment: agent.environment,
    riskClass: agent.riskClass,
    tier: agent.tier,
    backupOwnerEmail: agent.backupOwnerEmail ?? "",
    echoMode: agent.echoMode,
  };
  const form = useForm<Form>({ resolver: zodResolver(formSchema, undefined, { raw: true }), values: stored });
  const { control } = form;
  const high = form.watch("riskClass") === "high";
  const submit = form.handleSubmit(async ({ backupOwnerEmail, ...rest }) => {
    setProblem(undefined);
    const change = {
      ...rest,
      backupOwnerEmail: backupOwnerEmail || null,
      echoMode: high ? ("enforce" as const) : rest.echoMode,
    };
    const result = await edit({ id: agent.id, change });
    if (result.ok) return void toast.success("Settings saved", { description: "They apply to the next request." });
    if (result.error.code === "state_changed") return void toast.info("Nothing was changed");
    setProblem(setFieldErrors(form, result.error));
  });
  return (
    <Panel title="Settings">
      <form noValidate onSubmit={submit} className="flex max-w-3xl flex-col gap-6">
        <FormField control={control} name="name" label="Name" required>
          {(field) => <Input {...field} maxLength={80} autoComplete="off" />}
        </FormField>
        <FormField control={control} name="purpose" label="Purpose" required>
          {(field) => <Textarea {...field} rows={4} maxLength={2000} />}
        </FormField>
        <FormField
          control={control}
          name="backupOwnerEmail"
          label="Backup owner"
          optional
          hint="Stands in when the owner leaves."
        >
          {({ value, onChange }) => (
            <Combobox
              options={[
                { value: "", label: "Nobody" },
                ...personOptions(people.filter((person) => person.email !== agent.ownerEmail)),
              ]}
              value={value}
              onValueChange={onChange}
              placeholder="Nobody"
              noun="people"
            />
          )}
        </FormField>
        <Controller
          control={control}
          name="environment"
          render={({ field }) => (
            <SegmentedControl
              label="Environment"
              options={optionsOf(environmentWords)}
              value={field.value}
              onValueChange={field.onChange}
            />
          )}
        />
        <Controller
          control={control}
          name="riskClass"
          render={({ field }) => (
            <RadioGroup
              label="Risk class"
              options={optionsOf(riskWords, riskHints)}
              value={field.value}
              onValueChange={field.onChange}
            />
          )}
        />
        <Controller
          control={control}
          name="tier"
          render={({ field }) => (
            <RadioGroup
              label="Autonomy tier"
              options={tiers.map((tier) => ({
                value: tier.key,
                label: `${tier.key} ${tier.name}`,
                hint: tier.sentence,
              }))}
              value={field.value}
              onValueChange={field.onChange}
            />
          )}
        />
        <Controller
          control={control}
          name="echoMode"
          render={({ field, fieldState }) => (
            <RadioGroup
              label="Clone check"
              hint={
                high
                  ? "An agent of high risk always enforces it."
                  : "Each call can carry the last receipt, so that a second copy of the agent is noticed."
              }
              options={optionsOf(echoWords, echoHints).map((option) => ({
                ...option,
                disabled: high && option.value !== "enforce",
              }))}
              value={high ? "enforce" : field.value}
              onValueChange={field.onChange}
              error={fieldState.error?.message}
            />
          )}
        />
        <ProblemBanner problem={problem} />
        <Button type="submit" variant="primary" busy={form.formState.isSubmitting} className="self-start">
          Save settings
        </Button>
      </form>
    </Panel>
  );
}
