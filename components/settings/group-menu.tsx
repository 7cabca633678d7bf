"use client";

import { Ellipsis, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { GroupDialog } from "@/components/settings/group-dialog";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { DropdownMenu, MenuItem } from "@/components/ui/dropdown-menu";
import { IconButton } from "@/components/ui/icon-button";
import type { Option } from "@/components/ui/select";
import { toast } from "@/components/ui/toaster";
import type { Group } from "@/lib/auth/schema";
import type { ActionResult } from "@/lib/http/action";

export type GroupActions = {
  change: (input: { id: string; title: string; members: string[] }) => Promise<ActionResult<null>>;
  remove: (input: { id: string }) => Promise<ActionResult<null>>;
};

/** What an administrator can do with one group. */
export function GroupMenu({
  group,
  people,
  self,
  actions,
}: {
  group: Group;
  people: readonly Option[];
  self: string;
  actions: GroupActions;
}) {
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  return (
    <>
      <DropdownMenu
        trigger={<IconButton label={`Actions for ${group.title}`} icon={<Ellipsis aria-hidden />} variant="quiet" />}
      >
        <MenuItem icon={<Pencil aria-hidden />} onSelect={() => setOpen("edit")}>
          Change title and members…
        </MenuItem>
        <MenuItem icon={<Trash2 aria-hidden />} disabled={group.members.length > 0} onSelect={() => setOpen("delete")}>
          {group.members.length > 0 ? "Delete (remove the members first)" : "Delete…"}
        </MenuItem>
      </DropdownMenu>
      <GroupDialog
        group={group}
        people={people}
        self={self}
        change={actions.change}
        open={open === "edit"}
        onOpenChange={() => setOpen(null)}
      />
      <ConfirmDialog
        open={open === "delete"}
        onOpenChange={() => setOpen(null)}
        title="Delete group?"
        object={`${group.title} (${group.key})`}
        confirmLabel="Delete"
        onConfirm={async () => {
          const result = await actions.remove({ id: group.id });
          if (result.ok) toast.success(`${group.title} was deleted`);
          return result;
        }}
      >
        A rule that still names it will find nobody to ask, and its requests will expire.
      </ConfirmDialog>
    </>
  );
}
