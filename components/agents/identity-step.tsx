"use client";

import type { UseFormReturn } from "react-hook-form";
import type { RegisterForm } from "@/components/agents/register-form";
import { Combobox } from "@/components/ui/combobox";
import { FormField } from "@/components/ui/form-field";
import { Input } from "@/components/ui/input";
import { Textarea } from "@/components/ui/textarea";

export type PersonChoice = { email: string; name: string };

export function personOptions(people: readonly PersonChoice[]) {
  return people.map((person) => ({ value: person.email, label: person.name, hint: person.email }));
}

/** What the agent is for and who answers for it. */
export function IdentityStep({
  form,
  people,
  self,
  maySetOwner,
}: {
  form: UseFormReturn<RegisterForm>;
  people: readonly PersonChoice[];
  self: string;
  maySetOwner: boolean;
}) {
  const { control } = form;
  return (
    <>
      <FormField
        control={control}
        name="name"
        label="Name"
        required
        hint="What people will call it. No other agent has this name."
      >
        {(field) => <Input {...field} maxLength={80} autoComplete="off" placeholder="Invoice assistant" />}
      </FormField>
      <FormField
        control={control}
        name="purpose"
        label="Purpose"
        required
        hint="What it does, for whom, and what it must not do. Approvers read this next to each request."
      >
        {(field) => (
          <Textarea
            {...field}
            rows={4}
            maxLength={2000}
            placeholder="Pays supplier invoices that match a purchase order."
          />
        )}
      </FormField>
      <div className="grid gap-6 md:grid-cols-2">
        <FormField
          control={control}
          name="ownerEmail"
          label="Owner"
          required
          hint={maySetOwner ? "Answers for everything the agent does." : "You answer for everything the agent does."}
        >
          {({ value, onChange }) => (
            <Combobox
              options={personOptions(maySetOwner ? people : people.filter((person) => person.email === self))}
              value={value}
              onValueChange={onChange}
              placeholder="Choose a person"
              noun="people"
              disabled={!maySetOwner}
            />
          )}
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
                ...personOptions(people.filter((person) => person.email !== form.getValues("ownerEmail"))),
              ]}
              value={value ?? ""}
              onValueChange={(email) => onChange(email || undefined)}
              placeholder="Nobody"
              noun="people"
            />
          )}
        </FormField>
      </div>
    </>
  );
}
