"use client";

import { useState } from "react";
import { useForm } from "react-hook-form";
import { OneTimeLink } from "@/components/settings/one-time-link";
import { PersonFields } from "@/components/settings/person-fields";
import { Button } from "@/components/ui/button";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { FormField, setFieldErrors } from "@/components/ui/form-field";
import { Input } from "@/components/ui/input";
import { ProblemBanner } from "@/components/ui/problem-banner";
import type { Option } from "@/components/ui/select";
import type { Role } from "@/lib/auth/permissions";
import type { Invitation } from "@/lib/auth/schema";
import type { Problem } from "@/lib/errors";
import type { ActionResult } from "@/lib/http/action";

type Values = { name: string; email: string; roles: Role[]; groups: string[] };
type Invite = (input: Values) => Promise<ActionResult<Invitation>>;

/** Adds a person and shows their one-time link, once. */
export function InvitePerson({ groups, invite }: { groups: readonly Option[]; invite: Invite }) {
  const [open, setOpen] = useState(false);
  const [invited, setInvited] = useState<(Invitation & { name: string }) | null>(null);
  const change = (next: boolean) => {
    setOpen(next);
    if (next) setInvited(null);
  };
  return (
    <Dialog
      trigger={<Button variant="primary">Invite a person</Button>}
      open={open}
      onOpenChange={change}
      title={invited ? `${invited.name} is invited` : "Invite a person"}
      description={invited ? undefined : "They come in with a one-time link that you hand over."}
    >
      {invited ? (
        <div className="flex flex-col gap-4">
          <OneTimeLink {...invited} />
          <div className="flex justify-end">
            <DialogClose>
              <Button variant="primary">Done</Button>
            </DialogClose>
          </div>
        </div>
      ) : (
        <InviteForm groups={groups} invite={invite} done={setInvited} />
      )}
    </Dialog>
  );
}

function InviteForm({
  groups,
  invite,
  done,
}: {
  groups: readonly Option[];
  invite: Invite;
  done: (invited: Invitation & { name: string }) => void;
}) {
  const form = useForm<Values>({ defaultValues: { name: "", email: "", roles: ["viewer"], groups: [] } });
  const [problem, setProblem] = useState<Problem>();
  const submit = form.handleSubmit(async (input) => {
    const result = await invite(input);
    if (result.ok) done({ ...result.data, name: input.name });
    else setProblem(setFieldErrors(form, result.error));
  });
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <FormField control={form.control} name="name" label="Name" required>
        {(field) => <Input {...field} autoComplete="off" maxLength={100} />}
      </FormField>
      <FormField control={form.control} name="email" label="Email" required>
        {(field) => <Input {...field} type="email" autoComplete="off" maxLength={254} />}
      </FormField>
      <PersonFields control={form.control} groups={groups} />
      <ProblemBanner problem={problem} />
      <div className="flex justify-end gap-2">
        <DialogClose>
          <Button>Cancel</Button>
        </DialogClose>
        <Button type="submit" variant="primary" busy={form.formState.isSubmitting}>
          Invite
        </Button>
      </div>
    </form>
  );
}
