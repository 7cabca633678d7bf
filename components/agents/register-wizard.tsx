"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { type FieldPath, useForm } from "react-hook-form";
import { AuthorityStep, type TierChoice } from "@/components/agents/authority-step";
import { exampleTool } from "@/components/agents/example-tool";
import { FirstKey, type IssueCredential } from "@/components/agents/first-key";
import { IdentityStep, type PersonChoice } from "@/components/agents/identity-step";
import { MandateFields } from "@/components/agents/mandate-fields";
import type { RegisterForm } from "@/components/agents/register-form";
import { ReviewStep } from "@/components/agents/review-step";
import type { ToolChoice } from "@/components/agents/tool-picker";
import { VersionFields } from "@/components/agents/version-fields";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";
import { setFieldErrors } from "@/components/ui/form-field";
import { announce } from "@/components/ui/live-region";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { Stepper } from "@/components/ui/stepper";
import { emptyMandate, withoutEmptyLists } from "@/lib/agents/mandate-input";
import { registerInput } from "@/lib/agents/schema";
import type { Problem } from "@/lib/errors";
import type { ServerAction } from "@/lib/http/action";

export type Register = ServerAction<RegisterForm, { id: string }>;

const steps: { name: string; fields: FieldPath<RegisterForm>[] }[] = [
  { name: "Purpose and owner", fields: ["name", "purpose", "ownerEmail", "backupOwnerEmail"] },
  { name: "Authority", fields: ["environment", "riskClass", "tier"] },
  { name: "Mandate", fields: ["mandate"] },
  { name: "Version", fields: ["version"] },
  { name: "Review", fields: [] },
];

type WizardProps = {
  people: readonly PersonChoice[];
  /** Who fills the form in; the owner, when they may not register for others. */
  self: string;
  maySetOwner: boolean;
  tiers: readonly TierChoice[];
  tools: readonly ToolChoice[];
  /** Where runtimes send their requests. */
  publicUrl: string;
  register: Register;
  issue: IssueCredential;
  activate: ServerAction<{ id: string; reason: string }, unknown>;
};

/** Registers an agent in five steps; the key follows as the sixth. What was typed stays while going back and forth. */
export function RegisterWizard({
  people,
  self,
  maySetOwner,
  tiers,
  tools,
  publicUrl,
  register,
  issue,
  activate,
}: WizardProps) {
  const [step, setStep] = useState(0);
  const [problem, setProblem] = useState<Problem>();
  const [registered, setRegistered] = useState<{ id: string; name: string; tool: string | undefined }>();
  const form = useForm<RegisterForm>({
    resolver: zodResolver(registerInput, undefined, { raw: true }),
    defaultValues: {
      name: "",
      purpose: "",
      ownerEmail: people.some((person) => person.email === self) ? self : "",
      environment: "production",
      riskClass: "limited",
      tier: "T2",
      mandate: emptyMandate,
      version: { label: "1.0", model: "", provider: "" },
    },
  });

  const go = (to: number) => {
    setStep(to);
    announce(`Step ${to + 1} of ${steps.length}: ${steps[to]?.name}`);
    window.scrollTo({ top: 0 });
  };
  const next = async () => {
    if (await form.trigger(steps[step]?.fields, { shouldFocus: true })) go(step + 1);
  };
  const submit = form.handleSubmit(
    async (values) => {
      const result = await register({ ...values, mandate: withoutEmptyLists(values.mandate) });
      if (result.ok) {
        setRegistered({ id: result.data.id, name: values.name, tool: exampleTool(values.mandate.tools, tools) });
        window.scrollTo({ top: 0 });
        return;
      }
      const left = setFieldErrors(form, result.error);
      const named = result.error.errors?.[0]?.path.split("/")[1];
      const at = steps.findIndex(({ fields }) => fields.some((field) => field === named));
      setProblem(at < 0 ? result.error : left);
      if (at >= 0) go(at);
    },
    (errors) =>
      go(
        Math.max(
          0,
          steps.findIndex(({ fields }) => fields.some((field) => (field.split(".")[0] as string) in errors)),
        ),
      ),
  );

  if (registered) return <FirstKey agent={registered} publicUrl={publicUrl} issue={issue} activate={activate} />;

  const tier = tiers.find((one) => one.key === form.watch("tier"));
  return (
    <div className="flex flex-col gap-6">
      <Stepper steps={steps.map(({ name }) => name)} current={step} />
      <form
        noValidate
        className="flex max-w-3xl flex-col gap-6"
        onSubmit={(event) => {
          event.preventDefault();
          if (step < steps.length - 1) void next();
          else void submit();
        }}
      >
        {step === 0 && <IdentityStep form={form} people={people} self={self} maySetOwner={maySetOwner} />}
        {step === 1 && <AuthorityStep form={form} tiers={tiers} />}
        {step === 2 && (
          <MandateFields
            value={form.watch("mandate")}
            onChange={(mandate) => {
              form.clearErrors("mandate");
              form.setValue("mandate", mandate, { shouldDirty: true });
            }}
            errors={form.formState.errors.mandate}
            tools={tools}
            reach={tier?.reach}
          />
        )}
        {step === 3 && <VersionFields control={form.control} prefix="version." />}
        {step === 4 && <ReviewStep values={form.getValues()} tier={tier} people={people} />}
        <ProblemBanner problem={problem} />
        <div className="flex flex-wrap justify-between gap-2 border-t pt-4">
          {step === 0 ? (
            <ButtonLink href="/agents">Cancel</ButtonLink>
          ) : (
            <Button onClick={() => go(step - 1)}>Back</Button>
          )}
          <Button type="submit" variant="primary" busy={form.formState.isSubmitting}>
            {step < steps.length - 1 ? "Continue" : "Register agent"}
          </Button>
        </div>
      </form>
    </div>
  );
}
