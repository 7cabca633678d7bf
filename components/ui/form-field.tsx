"use client";

import type { ReactNode } from "react";
import {
  type Control,
  type ControllerRenderProps,
  type FieldPath,
  type FieldValues,
  type UseFormReturn,
  useController,
} from "react-hook-form";
import { Field } from "@/components/ui/field";
import { sentence } from "@/components/ui/sentence";
import type { Problem } from "@/lib/errors";

/** One field of a react-hook-form form: label, control and its error, tied together. */
export function FormField<V extends FieldValues, N extends FieldPath<V>>({
  control,
  name,
  children,
  ...field
}: {
  control: Control<V>;
  name: N;
  label: ReactNode;
  hint?: ReactNode;
  required?: boolean;
  optional?: boolean;
  className?: string;
  /** Gives the props of the control: `(field) => <Input {...field} />`. */
  children: (field: ControllerRenderProps<V, N>) => ReactNode;
}) {
  const controller = useController({ control, name });
  const message = controller.fieldState.error?.message;
  return (
    <Field {...field} error={message && sentence(message)}>
      {children(controller.field)}
    </Field>
  );
}

/**
 * Puts a refused action's field errors by their fields and focuses the first.
 * @returns the problem when something remains to be shown above the form's buttons (`ProblemBanner`), else undefined
 */
export function setFieldErrors<V extends FieldValues>(form: UseFormReturn<V>, problem: Problem): Problem | undefined {
  const errors = (problem.errors ?? []).filter((each) => each.path !== "");
  errors.forEach(({ path, message }, index) => {
    form.setError(fieldPath(path) as FieldPath<V>, { type: "server", message }, { shouldFocus: index === 0 });
  });
  return errors.length > 0 && errors.length === problem.errors?.length ? undefined : problem;
}

/** A JSON Pointer (RFC 6901) as a react-hook-form path: `/mandate/hosts/0` → `mandate.hosts.0`. */
function fieldPath(pointer: string): string {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .join(".");
}
