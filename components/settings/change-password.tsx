"use client";

import { useState } from "react";
import { useForm } from "react-hook-form";
import { Button } from "@/components/ui/button";
import { FormField, setFieldErrors } from "@/components/ui/form-field";
import { Input } from "@/components/ui/input";
import { Panel } from "@/components/ui/panel";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { toast } from "@/components/ui/toaster";
import { passwordLength } from "@/lib/auth/password-length";
import type { Problem } from "@/lib/errors";
import type { ActionResult } from "@/lib/http/action";

type Values = { current: string; password: string };

/** Changes one's own password; all other sessions end. */
export function ChangePassword({
  email,
  change,
}: {
  email: string;
  change: (input: Values) => Promise<ActionResult<null>>;
}) {
  const form = useForm<Values>({ defaultValues: { current: "", password: "" } });
  const [problem, setProblem] = useState<Problem>();
  const submit = form.handleSubmit(async (input) => {
    const result = await change(input);
    if (!result.ok) return setProblem(setFieldErrors(form, result.error));
    setProblem(undefined);
    form.reset();
    toast.success("Your password was changed", { description: "Your other sessions have ended." });
  });
  return (
    <Panel title="Password">
      <form onSubmit={submit} noValidate className="flex max-w-md flex-col gap-4">
        <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
        <FormField control={form.control} name="current" label="Current password" required>
          {(field) => <Input {...field} type="password" autoComplete="current-password" maxLength={1024} />}
        </FormField>
        <FormField
          control={form.control}
          name="password"
          label="New password"
          required
          hint={`At least ${passwordLength.min} characters. Your other sessions end.`}
        >
          {(field) => <Input {...field} type="password" autoComplete="new-password" maxLength={1024} />}
        </FormField>
        <ProblemBanner problem={problem} />
        <div>
          <Button type="submit" busy={form.formState.isSubmitting}>
            Change password
          </Button>
        </div>
      </form>
    </Panel>
  );
}
