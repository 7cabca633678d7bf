"use client";

import { type FormEvent, useState } from "react";
import { ProviderButton } from "@/components/auth/provider-button";
import { submitSignIn } from "@/components/auth/submit-sign-in";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Panel } from "@/components/ui/panel";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { sentence } from "@/components/ui/sentence";
import { passwordLength } from "@/lib/auth/password-length";
import type { Problem } from "@/lib/errors";
import type { ActionResult } from "@/lib/http/action";

type Accept = (input: {
  token: string;
  name: string;
  email?: string;
  password: string;
}) => Promise<ActionResult<{ email: string }>>;
type Keep = (input: { token: string }) => Promise<ActionResult<null>>;

/** What an invited person, or the first administrator, fills in once. */
export function WelcomeForm({
  token,
  person,
  providerName,
  accept,
  keep,
}: {
  token: string;
  person: { email: string; name: string } | null;
  providerName: string | null;
  accept: Accept;
  keep: Keep;
}) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const password = String(form.get("password"));
    setBusy(true);
    setProblem(undefined);
    const result = await accept({
      token,
      name: String(form.get("name")),
      password,
      ...(person ? {} : { email: String(form.get("email")) }),
    });
    if (!result.ok) {
      setBusy(false);
      setProblem(result.error);
      return;
    }
    const refused = await submitSignIn("password", { email: result.data.email, password });
    location.assign(refused ? "/sign-in" : "/");
  };

  const fieldError = (path: string) => {
    const found = problem?.errors?.find((error) => error.path === path);
    return found && sentence(found.message);
  };
  const rest = problem?.errors?.length ? undefined : problem;

  return (
    <>
      {providerName && (
        <Panel title={`With ${providerName}`}>
          <ProviderButton name={providerName} to="/" before={async () => (await keep({ token })).ok} />
        </Panel>
      )}
      <Panel title={providerName ? "With a password" : undefined}>
        <form onSubmit={submit} noValidate className="flex flex-col gap-4">
          <Field label="Name" required error={fieldError("/name")}>
            <Input name="name" defaultValue={person?.name ?? ""} autoComplete="name" maxLength={100} />
          </Field>
          {person ? (
            <input type="hidden" name="username" autoComplete="username" value={person.email} readOnly />
          ) : (
            <Field label="Email" required error={fieldError("/email")}>
              <Input name="email" type="email" autoComplete="username" maxLength={254} />
            </Field>
          )}
          <Field
            label="Password"
            required
            hint={`At least ${passwordLength.min} characters. A few unrelated words make a good one.`}
            error={fieldError("/password")}
          >
            <Input name="password" type="password" autoComplete="new-password" maxLength={1024} />
          </Field>
          <ProblemBanner problem={rest} />
          <Button type="submit" variant="primary" busy={busy}>
            {person ? "Set password and sign in" : "Create account and sign in"}
          </Button>
        </form>
      </Panel>
    </>
  );
}
