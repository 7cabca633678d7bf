"use client";

import type { Control, FieldValues, Path } from "react-hook-form";
import { Controller } from "react-hook-form";
import { Checkbox } from "@/components/ui/checkbox";
import { FieldSet } from "@/components/ui/field";
import { FormField } from "@/components/ui/form-field";
import { MultiSelect } from "@/components/ui/multi-select";
import type { Option } from "@/components/ui/select";
import { sentence } from "@/components/ui/sentence";
import { type Role, roles } from "@/lib/auth/permissions";
import { roleWords } from "@/lib/auth/words";

type Held = { roles: Role[]; groups: string[] };

/** What a person may do: roles and groups, in the forms for inviting and for changing. */
export function PersonFields<V extends FieldValues & Held>({
  control,
  groups,
}: {
  control: Control<V>;
  groups: readonly Option[];
}) {
  return (
    <>
      <Controller
        control={control}
        name={"roles" as Path<V>}
        render={({ field, fieldState }) => (
          <FieldSet label="Roles" error={fieldState.error?.message && sentence(fieldState.error.message)}>
            {roles.map((role, index) => (
              <Checkbox
                key={role}
                ref={index === 0 ? field.ref : undefined}
                label={roleWords[role].label}
                hint={roleWords[role].hint}
                checked={(field.value as Role[]).includes(role)}
                onChange={(event) =>
                  field.onChange(
                    event.target.checked
                      ? [...(field.value as Role[]), role]
                      : (field.value as Role[]).filter((one) => one !== role),
                  )
                }
              />
            ))}
          </FieldSet>
        )}
      />
      <FormField
        control={control}
        name={"groups" as Path<V>}
        label="Groups"
        optional
        hint="Approver groups that rules ask. A vote counts for the groups of the person."
      >
        {({ value, onChange }) => (
          <MultiSelect noun="groups" options={groups} value={value as string[]} onValueChange={onChange} />
        )}
      </FormField>
    </>
  );
}
