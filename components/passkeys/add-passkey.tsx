"use client";

import { useState } from "react";
import { useForm } from "react-hook-form";
import { makePasskey } from "@/components/passkeys/ceremony";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { FormField, setFieldErrors } from "@/components/ui/form-field";
import { Input } from "@/components/ui/input";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { toast } from "@/components/ui/toaster";
import type { PasskeyOptions } from "@/lib/auth/passkeys";
import type { AddPasskeyInput, BeginPasskeyInput, Passkey } from "@/lib/auth/schema";
import type { Problem } from "@/lib/errors";
import type { ActionResult } from "@/lib/http/action";

type AddPasskeyProps = {
  /** Who has a password gives it first. */
  hasPassword: boolean;
  begin: (input: BeginPasskeyInput) => Promise<ActionResult<PasskeyOptions>>;
  add: (input: AddPasskeyInput) => Promise<ActionResult<Passkey>>;
};

export function AddPasskey(props: AddPasskeyProps) {
  const [open, setOpen] = useState(false);
  return (
    <Dialog
      trigger={<Button variant="primary">Add a passkey</Button>}
      open={open}
      onOpenChange={setOpen}
      title="Add a passkey"
      description="Your browser then asks for your device or security key."
    >
      <AddForm {...props} done={() => setOpen(false)} />
    </Dialog>
  );
}

function AddForm({ hasPassword, begin, add, done }: AddPasskeyProps & { done: () => void }) {
  const form = useForm({ defaultValues: { name: "", password: "" } });
  const [problem, setProblem] = useState<Problem>();
  const [because, setBecause] = useState<string>();
  const submit = form.handleSubmit(async ({ name, password }) => {
    setProblem(undefined);
    setBecause(undefined);
    if (name.trim() === "") return form.setError("name", { message: "give it a name" }, { shouldFocus: true });
    const begun = await begin(hasPassword ? { password } : {});
    if (!begun.ok) return setProblem(setFieldErrors(form, begun.error));
    const made = await makePasskey(begun.data);
    if (!made.ok) return setBecause(made.because);
    const added = await add({ ...made.answer, name });
    if (!added.ok) return setProblem(setFieldErrors(form, added.error));
    toast.success(`${added.data.name} is added`);
    done();
  });
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <FormField control={form.control} name="name" label="Name" required hint="Where it is kept, such as work laptop.">
        {(field) => <Input {...field} autoComplete="off" maxLength={80} />}
      </FormField>
      {hasPassword && (
        <FormField control={form.control} name="password" label="Your password" required>
          {(field) => <Input {...field} type="password" autoComplete="current-password" />}
        </FormField>
      )}
      {because && <Banner tone="deny" title={because} />}
      <ProblemBanner problem={problem} />
      <div className="flex justify-end gap-2">
        <DialogClose>
          <Button>Cancel</Button>
        </DialogClose>
        <Button type="submit" variant="primary" busy={form.formState.isSubmitting}>
          Continue
        </Button>
      </div>
    </form>
  );
}
