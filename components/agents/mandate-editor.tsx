"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { MandateFields } from "@/components/agents/mandate-fields";
import { MandateView } from "@/components/agents/mandate-view";
import type { Reach, ToolChoice } from "@/components/agents/tool-picker";
import { Button } from "@/components/ui/button";
import { setFieldErrors } from "@/components/ui/form-field";
import { Panel } from "@/components/ui/panel";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { toast } from "@/components/ui/toaster";
import { withoutEmptyLists } from "@/lib/agents/mandate-input";
import type { editInput } from "@/lib/agents/schema";
import type { Problem } from "@/lib/errors";
import type { ServerAction } from "@/lib/http/action";
import { type Mandate, mandate as mandateSchema } from "@/lib/policy/schema";

export type EditAgent = ServerAction<{ id: string; change: z.input<typeof editInput> }, { id: string }>;

const formSchema = z.object({ mandate: mandateSchema });
type Form = z.input<typeof formSchema>;

/** The mandate to read, and to change for who may. */
export function MandateEditor({
  id,
  mandate,
  tools,
  reach,
  mayChange,
  edit,
}: {
  id: string;
  mandate: Mandate;
  tools: readonly ToolChoice[];
  reach: Reach | undefined;
  mayChange: boolean;
  edit: EditAgent;
}) {
  const [editing, setEditing] = useState(false);
  const change = mayChange && !editing && <Button onClick={() => setEditing(true)}>Change mandate</Button>;
  return (
    <Panel
      title="Mandate"
      description="What this agent is for. It narrows the tier and never widens it."
      actions={change}
    >
      {editing ? (
        <MandateForm
          id={id}
          mandate={mandate}
          tools={tools}
          reach={reach}
          edit={edit}
          close={() => setEditing(false)}
        />
      ) : (
        <MandateView mandate={mandate} known={tools.map((tool) => tool.name)} />
      )}
    </Panel>
  );
}

function MandateForm({
  id,
  mandate,
  tools,
  reach,
  edit,
  close,
}: {
  id: string;
  mandate: Mandate;
  tools: readonly ToolChoice[];
  reach: Reach | undefined;
  edit: EditAgent;
  close: () => void;
}) {
  const [problem, setProblem] = useState<Problem>();
  const form = useForm<Form>({
    resolver: zodResolver(formSchema, undefined, { raw: true }),
    defaultValues: { mandate },
  });
  const submit = form.handleSubmit(async (values) => {
    const result = await edit({ id, change: { mandate: withoutEmptyLists(values.mandate) } });
    if (result.ok) {
      toast.success("Mandate changed", { description: "It applies to the next request." });
      return close();
    }
    if (result.error.code === "state_changed") return close();
    setProblem(
      setFieldErrors(form, {
        ...result.error,
        errors: result.error.errors?.map((each) => ({ ...each, path: each.path.replace(/^\/change/, "") })),
      } as Problem),
    );
  });
  return (
    <form noValidate onSubmit={submit} className="flex max-w-3xl flex-col gap-6">
      <MandateFields
        value={form.watch("mandate")}
        onChange={(next) => {
          form.clearErrors("mandate");
          form.setValue("mandate", next, { shouldDirty: true });
        }}
        errors={form.formState.errors.mandate}
        tools={tools}
        reach={reach}
      />
      <ProblemBanner problem={problem} />
      <div className="flex justify-end gap-2 border-t pt-4">
        <Button onClick={close}>Cancel</Button>
        <Button type="submit" variant="primary" busy={form.formState.isSubmitting}>
          Save mandate
        </Button>
      </div>
    </form>
  );
}
