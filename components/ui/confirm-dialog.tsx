"use client";

import { AlertDialog as Primitive } from "radix-ui";
import { type ReactElement, type ReactNode, useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { Textarea } from "@/components/ui/textarea";
import { useFocusReturn } from "@/components/ui/use-focus-return";
import type { Problem } from "@/lib/errors";

type ConfirmDialogProps = {
  /** A question with its verb: "Suspend agent?" */
  title: string;
  /** The name of what is acted on. Always shown. */
  object: ReactNode;
  /** What happens, and what does not. */
  children?: ReactNode;
  /** The verb: "Suspend". */
  confirmLabel: string;
  /** Asks for a reason, which goes to the audit log. */
  reason?: "required" | "optional";
  /** The word to type first, for what cannot be undone. */
  typeToConfirm?: string;
  /** The server action. When it is refused, the dialog stays open and says why. */
  onConfirm: (input: { reason: string }) => Promise<{ ok: true } | { ok: false; error: Problem }>;
  trigger?: ReactElement;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
};

/** The step before a destructive or far-reaching action. It names the object; Cancel has the focus. */
export function ConfirmDialog({ trigger, open, onOpenChange, ...body }: ConfirmDialogProps) {
  const [ownOpen, setOwnOpen] = useState(false);
  const change = onOpenChange ?? setOwnOpen;
  const { remember, giveBack } = useFocusReturn();
  return (
    <Primitive.Root open={open ?? ownOpen} onOpenChange={change}>
      {trigger && <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>}
      <Primitive.Portal>
        <div
          data-scroll-lock
          className="enter-fade fixed inset-0 z-40 flex items-start justify-center bg-overlay p-4 sm:pt-24"
        >
          <Primitive.Content
            aria-modal
            onOpenAutoFocus={remember}
            onCloseAutoFocus={giveBack}
            className="max-h-full w-full max-w-md overflow-y-auto rounded-lg border bg-surface-raised p-4 shadow-overlay outline-none"
          >
            <ConfirmForm {...body} close={() => change(false)} />
          </Primitive.Content>
        </div>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

function ConfirmForm({
  title,
  object,
  children,
  confirmLabel,
  reason,
  typeToConfirm,
  onConfirm,
  close,
}: Omit<ConfirmDialogProps, "trigger" | "open" | "onOpenChange"> & { close: () => void }) {
  const [given, setGiven] = useState("");
  const [typed, setTyped] = useState("");
  const [missing, setMissing] = useState(false);
  const [failure, setFailure] = useState<Problem | undefined>();
  const [busy, start] = useTransition();

  const confirm = () => {
    const trimmed = given.trim();
    setMissing(reason === "required" && !trimmed);
    if (reason === "required" && !trimmed) return;
    start(async () => {
      const result = await onConfirm({ reason: trimmed });
      if (result.ok) close();
      else setFailure(result.error);
    });
  };

  return (
    <form
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        confirm();
      }}
    >
      <div className="flex flex-col gap-1">
        <Primitive.Title className="font-semibold text-lg">{title}</Primitive.Title>
        <Primitive.Description asChild>
          <div className="flex flex-col gap-2">
            <p className="wrap-anywhere font-medium">{object}</p>
            {children && <div className="text-muted">{children}</div>}
          </div>
        </Primitive.Description>
      </div>
      {reason && (
        <Field
          label="Reason"
          optional={reason === "optional"}
          required={reason === "required"}
          hint="Recorded in the audit log."
          error={missing ? "Give a reason." : undefined}
        >
          <Textarea value={given} onChange={(event) => setGiven(event.target.value)} maxLength={2000} />
        </Field>
      )}
      {typeToConfirm && (
        <Field label={`Type “${typeToConfirm}” to confirm`}>
          <Input value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" />
        </Field>
      )}
      <ProblemBanner problem={failure} />
      <div className="flex justify-end gap-2">
        <Primitive.Cancel asChild>
          <Button>Cancel</Button>
        </Primitive.Cancel>
        <Button
          type="submit"
          variant="danger"
          busy={busy}
          disabled={typeToConfirm !== undefined && typed !== typeToConfirm}
        >
          {confirmLabel}
        </Button>
      </div>
    </form>
  );
}
