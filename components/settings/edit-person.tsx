"use client";

import { useState } from "react";
import { useForm } from "react-hook-form";
import { PersonFields } from "@/components/settings/person-fields";
import type { MenuPerson, PersonActions } from "@/components/settings/person-menu";
import { Button } from "@/components/ui/button";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { FormField, setFieldErrors } from "@/components/ui/form-field";
import { Input } from "@/components/ui/input";
import { ProblemBanner } from "@/components/ui/problem-banner";
import type { Option } from "@/components/ui/select";
import { toast } from "@/components/ui/toaster";
import { type Role, roles } from "@/lib/auth/permissions";
import type { Problem } from "@/lib/errors";

type Props = { person: MenuPerson; isSelf: boolean; groups: readonly Option[]; change: PersonActions["change"] };

export function EditPerson({
  open,
  onOpenChange,
  ...form
}: Props & { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Change ${form.person.name}`}
      description={form.person.email}
    >
      <EditForm {...form} close={() => onOpenChange(false)} />
    </Dialog>
  );
}

function EditForm({ person, isSelf, groups, change, close }: Props & { close: () => void }) {
  const form = useForm({
    defaultValues: {
      name: person.name,
      roles: roles.filter((role) => person.roles.includes(role)) as Role[],
      groups: [...person.groups],
    },
  });
  const [problem, setProblem] = useState<Problem>();
  const submit = form.handleSubmit(async (input) => {
    const result = await change(isSelf ? { id: person.id, name: input.name } : { id: person.id, ...input });
    if (!result.ok) return setProblem(setFieldErrors(form, result.error));
    toast.success(`${input.name} was changed`);
    close();
  });
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <FormField control={form.control} name="name" label="Name" required>
        {(field) => <Input {...field} autoComplete="off" maxLength={100} />}
      </FormField>
      {isSelf ? (
        <p className="text-muted">Nobody changes their own roles or groups: another administrator can.</p>
      ) : (
        <PersonFields control={form.control} groups={groups} />
      )}
      <ProblemBanner problem={problem} />
      <div className="flex justify-end gap-2">
        <DialogClose>
          <Button>Cancel</Button>
        </DialogClose>
        <Button type="submit" variant="primary" busy={form.formState.isSubmitting}>
          Save
        </Button>
      </div>
    </form>
  );
}
