"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { type AuthorityOf, AuthorityTable } from "@/components/agents/authority-table";
import { ImportList } from "@/components/agents/import-list";
import { ImportUsed, type UsedBy } from "@/components/agents/import-used";
import { MandateConflict } from "@/components/agents/mandate-conflict";
import { MandateFields } from "@/components/agents/mandate-fields";
import { MandateView } from "@/components/agents/mandate-view";
import type { Reach, ToolChoice } from "@/components/agents/tool-picker";
import { Button } from "@/components/ui/button";
import { setFieldErrors } from "@/components/ui/form-field";
import { Panel } from "@/components/ui/panel";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { toast } from "@/components/ui/toaster";
import { withValues } from "@/lib/agents/allowlist";
import { withoutEmptyLists } from "@/lib/agents/mandate-input";
import type { AuthorityAnswer } from "@/lib/agents/mandate-schema";
import type { Allowlist } from "@/lib/agents/read-list";
import type { editInput } from "@/lib/agents/schema";
import type { Problem } from "@/lib/errors";
import type { ServerAction } from "@/lib/http/action";
import { type Mandate, mandate as mandateSchema } from "@/lib/policy/schema";

export type EditAgent = ServerAction<{ id: string; change: z.input<typeof editInput> }, { id: string }>;

const formSchema = z.object({ mandate: mandateSchema });
type Form = z.input<typeof formSchema>;

type MandateEditorProps = {
  id: string;
  /** As it is stored now, with the hash that names it. */
  stored: { mandate: Mandate; hash: string };
  tools: readonly ToolChoice[];
  reach: Reach | undefined;
  mayChange: boolean;
  initial: AuthorityAnswer;
  edit: EditAgent;
  used: UsedBy;
  authority: AuthorityOf;
};

/** The mandate to read, and to change for who may; beside it what the policy leaves of it. */
export function MandateEditor({ mayChange, ...rest }: MandateEditorProps) {
  const [editing, setEditing] = useState(false);
  const { id, stored, tools, initial } = rest;
  if (editing) return <MandateForm {...rest} close={() => setEditing(false)} />;
  return (
    <div className="grid items-start gap-4 xl:grid-cols-2">
      <Panel
        title="Mandate"
        description="What this agent is for. It narrows the tier and never widens it."
        actions={mayChange && <Button onClick={() => setEditing(true)}>Change mandate</Button>}
      >
        <MandateView mandate={stored.mandate} known={tools.map((tool) => tool.name)} />
      </Panel>
      <AuthorityTable key={stored.hash} id={id} initial={initial} />
    </div>
  );
}

function MandateForm({
  id,
  stored,
  tools,
  reach,
  initial,
  edit,
  used,
  authority,
  close,
}: Omit<MandateEditorProps, "mayChange"> & { close: () => void }) {
  const router = useRouter();
  const [base, setBase] = useState(stored);
  const [problem, setProblem] = useState<Problem>();
  const form = useForm<Form>({
    resolver: zodResolver(formSchema, undefined, { raw: true }),
    defaultValues: { mandate: stored.mandate },
  });
  const value = form.watch("mandate");
  const change = (next: Form["mandate"]) => {
    form.clearErrors("mandate");
    form.setValue("mandate", next, { shouldDirty: true });
  };
  const add = (kind: Allowlist, values: string[]) => {
    change(withValues(form.getValues("mandate"), kind, values));
    toast.success(`${values.length} added`, { description: "They count when the mandate is saved." });
  };
  const changedMeanwhile = stored.hash !== base.hash;
  const submit = form.handleSubmit(async (values) => {
    setProblem(undefined);
    const result = await edit({
      id,
      change: { mandate: withoutEmptyLists(values.mandate), mandateSeen: base.hash },
    });
    if (result.ok) {
      toast.success("Mandate changed", { description: "It applies to the next request." });
      return close();
    }
    if (result.error.code === "state_changed") return close();
    if (result.error.code === "conflict") router.refresh();
    setProblem(
      setFieldErrors(form, {
        ...result.error,
        errors: result.error.errors?.map((each) => ({ ...each, path: each.path.replace(/^\/change/, "") })),
      } as Problem),
    );
  });
  return (
    <form noValidate onSubmit={submit} className="grid items-start gap-4 xl:grid-cols-2">
      <Panel
        title="Mandate"
        actions={
          <>
            <ImportList mandate={value} catalogue={tools.map((tool) => tool.name)} add={add} />
            <ImportUsed id={id} mandate={value} used={used} add={add} />
          </>
        }
      >
        <div className="flex flex-col gap-6">
          {changedMeanwhile && (
            <MandateConflict
              base={base.mandate}
              mine={value}
              stored={stored.mandate}
              take={(next) => {
                change(next);
                setBase(stored);
                setProblem(undefined);
              }}
            />
          )}
          <MandateFields
            value={value}
            onChange={change}
            errors={form.formState.errors.mandate}
            tools={tools}
            reach={reach}
          />
          {!changedMeanwhile && <ProblemBanner problem={problem} />}
          <div className="flex justify-end gap-2 border-t pt-4">
            <Button onClick={close}>Cancel</Button>
            <Button type="submit" variant="primary" busy={form.formState.isSubmitting} disabled={changedMeanwhile}>
              Save mandate
            </Button>
          </div>
        </div>
      </Panel>
      {/* It scrolls by itself, so the head of its table must not stick to the window. */}
      <div data-wide="" className="min-w-0 xl:sticky xl:top-16 xl:max-h-[calc(100vh-5rem)] xl:overflow-y-auto">
        <AuthorityTable id={id} initial={initial} draft={value} authority={authority} />
      </div>
    </form>
  );
}
