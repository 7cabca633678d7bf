import type { ReactNode } from "react";
import { Breadcrumb, type Crumb } from "@/components/ui/breadcrumb";

type PageHeaderProps = {
  title: ReactNode;
  /** One sentence, or the badges and owner of the thing shown. */
  description?: ReactNode;
  /** At most one primary button, last. */
  actions?: ReactNode;
  breadcrumb?: readonly Crumb[];
  /** Status badge beside the title. */
  status?: ReactNode;
};

/** The head of every page, with its only `h1`. */
export function PageHeader({ title, description, actions, breadcrumb, status }: PageHeaderProps) {
  return (
    <header className="flex min-w-0 flex-col">
      {breadcrumb && breadcrumb.length > 0 && <Breadcrumb items={breadcrumb} />}
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="flex min-w-0 flex-col gap-0.5">
          <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="min-w-0 font-semibold text-xl">{title}</h1>
            {status}
          </div>
          {description && <div className="max-w-prose text-muted">{description}</div>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
    </header>
  );
}
