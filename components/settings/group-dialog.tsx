"use client";

import { type ReactElement, useState } from "react";
import { useForm } from "react-hook-form";
import { Button } from "@/components/ui/button";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { FormField, setFieldErrors } from "@/components/ui/form-field";
import { Input } from "@/components/ui/input";
import { MultiSelect } from "@/components/ui/multi-select";
import { ProblemBanner } from "@/components/ui/problem-banner";
import type { Option } from "@/components/ui/select";
import { toast } from "@/components/ui/toaster";
import type { Group } from "@/lib/auth/schema";
import type { Problem } from "@/lib/errors";
import type { ActionResult } from "@/lib/http/action";

type Values = { key: string; title: string; members: string[] };
type Create = (input: Values) => Promise<ActionResult<null>>;
type Change = (input: { id: string; title: string; members: string[] }) => Promise<ActionResult<null>>;
type Props = { people: readonly Option[] } & (
  | { create: Create; group?: undefined }
  | { group: Group; self: string; change: Change }
);

/** Makes a group, or changes one. The key is chosen once, because rules hold it. */
export function GroupDialog({
  trigger,
  open: given,
  onOpenChange,
  ...props
}: Props & { trigger?: ReactElement; open?: boolean; onOpenChange?: (open: boolean) => void }) {
  const [own, setOwn] = useState(false);
  const change = onOpenChange ?? setOwn;
  return (
    <Dialog
      trigger={props.group ? trigger : <Button variant="primary">New group</Button>}
      open={given ?? own}
      onOpenChange={change}
      title={props.group ? `Change ${props.group.title}` : "New group"}
      description={props.group ? props.group.key : "Rules name it by its key, and ask its members."}
    >
      <GroupForm {...props} close={() => change(false)} />
    </Dialog>
  );
}

function GroupForm({ close, people, ...props }: Props & { close: () => void }) {
  const group = props.group;
  const current = group?.members ?? [];
  const self = group ? props.self : "";
  const form = useForm<Values>({
    defaultValues: {
      key: group?.key ?? "",
      title: group?.title ?? "",
      members: current.map((member) => member.id).filter((id) => id !== self),
    },
  });
  const [problem, setProblem] = useState<Problem>();
  const known = new Set(people.map((option) => option.value));
  const options = [
    ...people,
    ...current
      .filter((member) => member.id !== self && !known.has(member.id))
      .map((member) => ({ value: member.id, label: member.name, hint: member.email })),
  ];
  const isMember = current.some((member) => member.id === self);

  const submit = form.handleSubmit(async (input) => {
    const members = isMember ? [...input.members, self] : input.members;
    const result = props.group
      ? await props.change({ id: props.group.id, title: input.title, members })
      : await props.create(input);
    if (!result.ok) return setProblem(setFieldErrors(form, result.error));
    toast.success(props.group ? `${input.title} was changed` : `${input.title} was created`);
    close();
  });

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      {!group && (
        <FormField
          control={form.control}
          name="key"
          label="Key"
          required
          hint="Lowercase letters, digits and hyphens, such as finance. It cannot be changed later."
        >
          {(field) => <Input {...field} autoComplete="off" maxLength={40} />}
        </FormField>
      )}
      <FormField control={form.control} name="title" label="Title" required>
        {(field) => <Input {...field} autoComplete="off" maxLength={80} />}
      </FormField>
      <FormField
        control={form.control}
        name="members"
        label="Members"
        optional
        hint={
          isMember ? "You are a member; another administrator can change that." : "Another administrator can add you."
        }
      >
        {({ value, onChange }) => (
          <MultiSelect noun="people" options={options} value={value} onValueChange={onChange} />
        )}
      </FormField>
      <ProblemBanner problem={problem} />
      <div className="flex justify-end gap-2">
        <DialogClose>
          <Button>Cancel</Button>
        </DialogClose>
        <Button type="submit" variant="primary" busy={form.formState.isSubmitting}>
          {group ? "Save" : "Create"}
        </Button>
      </div>
    </form>
  );
}
