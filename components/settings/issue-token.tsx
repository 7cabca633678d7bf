"use client";

import { useState } from "react";
import { Controller, useForm } from "react-hook-form";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { CodeBlock } from "@/components/ui/code-block";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { FieldSet } from "@/components/ui/field";
import { FormField, setFieldErrors } from "@/components/ui/form-field";
import { Input } from "@/components/ui/input";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { type Option, Select } from "@/components/ui/select";
import { sentence } from "@/components/ui/sentence";
import { absoluteTime } from "@/components/ui/time-format";
import type { Permission } from "@/lib/auth/permissions";
import type { Problem } from "@/lib/errors";
import type { ActionResult } from "@/lib/http/action";

type Values = { name: string; scopes: Permission[]; days: string };
type Issued = { secret: string; expiresAt: string };
type Issue = (input: {
  name: string;
  scopes: Permission[];
  expiresInDays: number;
  mayVote: boolean;
}) => Promise<ActionResult<Issued>>;

const lifetimes = [
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "1 year" },
];

/** Makes an API token and shows it, once. @param scopes what the person can do, and so what a token of theirs can */
export function IssueToken({ scopes, issue }: { scopes: readonly Option<Permission>[]; issue: Issue }) {
  const [open, setOpen] = useState(false);
  const [issued, setIssued] = useState<Issued | null>(null);
  const change = (next: boolean) => {
    setOpen(next);
    if (next) setIssued(null);
  };
  return (
    <Dialog
      trigger={<Button variant="primary">New token</Button>}
      open={open}
      onOpenChange={change}
      title={issued ? "Copy your token now" : "New API token"}
      size={issued ? "md" : "lg"}
    >
      {issued ? (
        <div className="flex flex-col gap-4">
          <p>It is not shown again. It ends on {absoluteTime(new Date(issued.expiresAt))}.</p>
          <CodeBlock label="API token" code={issued.secret} wrap />
          <div className="flex justify-end">
            <DialogClose>
              <Button variant="primary">Done</Button>
            </DialogClose>
          </div>
        </div>
      ) : (
        <IssueForm scopes={scopes} issue={issue} done={setIssued} />
      )}
    </Dialog>
  );
}

function IssueForm({
  scopes,
  issue,
  done,
}: {
  scopes: readonly Option<Permission>[];
  issue: Issue;
  done: (issued: Issued) => void;
}) {
  const form = useForm<Values>({ defaultValues: { name: "", scopes: [], days: "90" } });
  const [problem, setProblem] = useState<Problem>();
  const submit = form.handleSubmit(async ({ name, scopes: chosen, days }) => {
    const result = await issue({
      name,
      scopes: chosen,
      expiresInDays: Number(days),
      mayVote: chosen.includes("approvals:vote"),
    });
    if (result.ok) done(result.data);
    else setProblem(setFieldErrors(form, result.error));
  });
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <FormField
        control={form.control}
        name="name"
        label="Name"
        required
        hint="What it is for, such as nightly export."
      >
        {(field) => <Input {...field} autoComplete="off" maxLength={80} />}
      </FormField>
      <FormField control={form.control} name="days" label="Ends after" required>
        {(field) => <Select {...field} options={lifetimes} />}
      </FormField>
      <Controller
        control={form.control}
        name="scopes"
        render={({ field, fieldState }) => (
          <FieldSet
            label="What it may do"
            hint="Give it only what it needs."
            error={fieldState.error?.message && sentence(fieldState.error.message)}
          >
            <div className="grid gap-x-6 gap-y-1 sm:grid-cols-2">
              {scopes.map((scope, index) => (
                <Checkbox
                  key={scope.value}
                  ref={index === 0 ? field.ref : undefined}
                  label={scope.label}
                  hint={
                    scope.value === "approvals:vote"
                      ? "approvals:vote. Whoever holds this token votes as you."
                      : scope.hint
                  }
                  checked={field.value.includes(scope.value)}
                  onChange={(event) =>
                    field.onChange(
                      event.target.checked
                        ? [...field.value, scope.value]
                        : field.value.filter((one) => one !== scope.value),
                    )
                  }
                />
              ))}
            </div>
          </FieldSet>
        )}
      />
      <ProblemBanner problem={problem} />
      <div className="flex justify-end gap-2">
        <DialogClose>
          <Button>Cancel</Button>
        </DialogClose>
        <Button type="submit" variant="primary" busy={form.formState.isSubmitting}>
          Make token
        </Button>
      </div>
    </form>
  );
}
