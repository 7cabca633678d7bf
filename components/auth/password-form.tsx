"use client";

import { type FormEvent, useState } from "react";
import { type SignInProblem, submitSignIn } from "@/components/auth/submit-sign-in";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";

const words: Record<SignInProblem, string> = {
  wrong: "This email and password do not belong together. Check both; an administrator can send you a new link.",
  too_many_requests: "Too many failed attempts. Wait a quarter of an hour, or ask an administrator for a new link.",
  unavailable: "Signing in is not possible right now. Nothing was changed. Try again in a moment.",
};

/** Email and password. Works with password managers and pasting. */
export function PasswordForm({ to, autoFocus }: { to: string; autoFocus?: boolean }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<SignInProblem | null>(null);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    const refused = await submitSignIn("password", {
      email: String(form.get("email")),
      password: String(form.get("password")),
    });
    if (!refused) return location.assign(to); // a full load: nothing of the signed-out page stays
    setBusy(false);
    setProblem(refused);
  };

  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Field label="Email" required>
        <Input name="email" type="email" autoComplete="username" autoFocus={autoFocus} maxLength={254} />
      </Field>
      <Field label="Password" required>
        <Input name="password" type="password" autoComplete="current-password" maxLength={1024} />
      </Field>
      {problem && <Banner tone="deny">{words[problem]}</Banner>}
      <Button type="submit" variant="primary" busy={busy}>
        Sign in
      </Button>
    </form>
  );
}
