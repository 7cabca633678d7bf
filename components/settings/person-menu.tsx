"use client";

import { Ellipsis, KeyRound, Pencil, UserRoundCheck, UserRoundX } from "lucide-react";
import { useState } from "react";
import { EditPerson } from "@/components/settings/edit-person";
import { OneTimeLink } from "@/components/settings/one-time-link";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { DropdownMenu, MenuItem } from "@/components/ui/dropdown-menu";
import { IconButton } from "@/components/ui/icon-button";
import type { Option } from "@/components/ui/select";
import { toast } from "@/components/ui/toaster";
import type { Role } from "@/lib/auth/permissions";
import type { Invitation } from "@/lib/auth/schema";
import type { ActionResult } from "@/lib/http/action";

export type PersonActions = {
  change: (input: { id: string; name?: string; roles?: Role[]; groups?: string[] }) => Promise<ActionResult<null>>;
  deactivate: (input: { id: string; reason: string }) => Promise<ActionResult<null>>;
  reactivate: (input: { id: string }) => Promise<ActionResult<null>>;
  renew: (input: { id: string }) => Promise<ActionResult<Invitation>>;
};

export type MenuPerson = {
  id: string;
  name: string;
  email: string;
  roles: readonly string[];
  groups: readonly string[];
  active: boolean;
  agents: number;
  sample: boolean;
};

type Open = "edit" | "deactivate" | "reactivate" | "renew" | null;

/** What an administrator can do with one person. Nobody does these things to themselves. */
export function PersonMenu({
  person,
  isSelf,
  groups,
  actions,
}: {
  person: MenuPerson;
  isSelf: boolean;
  groups: readonly Option[];
  actions: PersonActions;
}) {
  const [open, setOpen] = useState<Open>(null);
  const [link, setLink] = useState<Invitation | null>(null);
  const close = () => setOpen(null);
  const object = `${person.name} (${person.email})`;

  return (
    <>
      <DropdownMenu
        trigger={<IconButton label={`Actions for ${person.name}`} icon={<Ellipsis aria-hidden />} variant="quiet" />}
      >
        <MenuItem icon={<Pencil aria-hidden />} onSelect={() => setOpen("edit")}>
          {isSelf ? "Change name…" : "Change name, roles and groups…"}
        </MenuItem>
        {person.active && !person.sample && (
          <MenuItem icon={<KeyRound aria-hidden />} onSelect={() => setOpen("renew")}>
            Make a new one-time link…
          </MenuItem>
        )}
        {person.active ? (
          <MenuItem icon={<UserRoundX aria-hidden />} disabled={isSelf} onSelect={() => setOpen("deactivate")}>
            Deactivate…
          </MenuItem>
        ) : (
          <MenuItem icon={<UserRoundCheck aria-hidden />} onSelect={() => setOpen("reactivate")}>
            Reactivate…
          </MenuItem>
        )}
      </DropdownMenu>

      <EditPerson
        person={person}
        isSelf={isSelf}
        groups={groups}
        change={actions.change}
        open={open === "edit"}
        onOpenChange={close}
      />
      <ConfirmDialog
        open={open === "deactivate"}
        onOpenChange={close}
        title="Deactivate person?"
        object={object}
        confirmLabel="Deactivate"
        reason="required"
        onConfirm={async ({ reason }) => {
          const result = await actions.deactivate({ id: person.id, reason });
          if (result.ok) toast.success(`${person.name} is deactivated`);
          return result;
        }}
      >
        Their sessions, tokens and links end at once.{" "}
        {person.agents > 0
          ? `They own ${person.agents} ${person.agents === 1 ? "agent, which now needs" : "agents, which now need"} a new owner; until then every call of ${person.agents === 1 ? "it" : "them"} asks a person.`
          : "They own no agents."}{" "}
        What they did stays in the log.
      </ConfirmDialog>
      <ConfirmDialog
        open={open === "reactivate"}
        onOpenChange={close}
        title="Reactivate person?"
        object={object}
        confirmLabel="Reactivate"
        onConfirm={async () => {
          const result = await actions.reactivate({ id: person.id });
          if (result.ok) toast.success(`${person.name} is active again`);
          return result;
        }}
      >
        They get back the roles {person.roles.join(", ") || "none"}. Their old sessions and tokens stay ended.
      </ConfirmDialog>
      <ConfirmDialog
        open={open === "renew"}
        onOpenChange={close}
        title="Make a new one-time link?"
        object={object}
        confirmLabel="Make link"
        onConfirm={async () => {
          const result = await actions.renew({ id: person.id });
          if (result.ok) setLink(result.data);
          return result;
        }}
      >
        Earlier links stop working now. Whoever uses the new one sets a new password, and the sessions of {person.name}{" "}
        end.
      </ConfirmDialog>
      <Dialog open={link !== null} onOpenChange={() => setLink(null)} title={`One-time link for ${person.name}`}>
        {link && (
          <div className="flex flex-col gap-4">
            <OneTimeLink name={person.name} {...link} />
            <div className="flex justify-end">
              <DialogClose>
                <Button variant="primary">Done</Button>
              </DialogClose>
            </div>
          </div>
        )}
      </Dialog>
    </>
  );
}
