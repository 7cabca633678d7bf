import { ChevronRight } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { CodeBlock } from "@/components/ui/code-block";
import { Panel } from "@/components/ui/panel";

type Schema = {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  enum?: unknown[];
  const?: unknown;
  items?: Schema;
  anyOf?: Schema[];
  description?: string;
  pattern?: string;
  default?: unknown;
};
type Content = Record<string, { schema: Schema }>;
type Operation = {
  summary: string;
  tags: string[];
  security: Record<string, unknown>[];
  "x-permissions"?: string[];
  parameters?: { name: string; in: string; required: boolean; schema: Schema }[];
  requestBody?: { content: Content };
  responses: Record<string, { description: string; content?: Content }>;
};

/** The API document, a section for each noun, an operation for each path and method. */
export function ApiOperations({ document }: { document: Record<string, unknown> }) {
  const groups = new Map<string, { path: string; method: string; operation: Operation }[]>();
  for (const [path, methods] of Object.entries(document.paths as Record<string, Record<string, Operation>>)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags[0] ?? "";
      groups.set(tag, [...(groups.get(tag) ?? []), { path, method, operation }]);
    }
  }
  const ordered = [...groups].sort(([one], [other]) =>
    one === "decisions" ? -1 : other === "decisions" ? 1 : one.localeCompare(other),
  );
  return ordered.map(([tag, operations]) => (
    <Panel key={tag} title={tag.charAt(0).toUpperCase() + tag.slice(1)} flush>
      <ul className="divide-y">
        {operations.map(({ path, method, operation }) => (
          <li key={`${method} ${path}`}>
            <details className="group">
              <summary className="flex min-h-9 cursor-pointer flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
                <ChevronRight aria-hidden className="size-4 shrink-0 text-muted group-open:rotate-90" />
                <span className="w-14 font-mono text-muted text-xs uppercase">{method}</span>
                <span className="break-all font-mono">{path}</span>
                <Badge>{whoCalls(operation)}</Badge>
              </summary>
              <div className="flex flex-col gap-3 px-4 pb-4">
                {operation.summary.includes(path) ? null : <p>{operation.summary}</p>}
                {operation.parameters?.length ? (
                  <CodeBlock label="Parameters" code={operation.parameters.map(parameter).join("\n")} />
                ) : null}
                {operation.requestBody ? (
                  <CodeBlock
                    label="Request body"
                    code={sketch(operation.requestBody.content["application/json"]?.schema)}
                  />
                ) : null}
                {Object.entries(operation.responses).map(([status, answer]) =>
                  answer.content?.["application/json"] ? (
                    <CodeBlock
                      key={status}
                      label={`Answer ${status}`}
                      code={sketch(answer.content["application/json"].schema)}
                    />
                  ) : null,
                )}
                <ul className="text-muted">
                  {Object.entries(operation.responses).map(([status, answer]) => (
                    <li key={status}>
                      <span className="tabular">{status}</span> {answer.description}
                    </li>
                  ))}
                </ul>
              </div>
            </details>
          </li>
        ))}
      </ul>
    </Panel>
  ));
}

function whoCalls(operation: Operation): string {
  if (operation.security.length === 0) return "anybody";
  if (operation.security[0] && "agent" in operation.security[0]) return "agent";
  return (operation["x-permissions"] ?? []).join(" or ");
}

function parameter({ name, in: place, required, schema }: NonNullable<Operation["parameters"]>[number]): string {
  return `${name}${required ? "" : "?"}: ${sketch(schema)}  // ${place}`;
}

/** A JSON Schema in the words of a type, for reading; the document has the whole of it. */
function sketch(schema: Schema | undefined, indent = ""): string {
  if (!schema) return "unknown";
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.anyOf) return [...new Set(schema.anyOf.map((member) => sketch(member, indent)))].join(" | ");
  if (schema.items) return `${sketch(schema.items, indent)}[]`;
  if (schema.properties) {
    const deeper = `${indent}  `;
    const lines = Object.entries(schema.properties).map(([name, member]) => {
      const note = member.description ? `  // ${member.description}` : "";
      return `${deeper}${name}${schema.required?.includes(name) ? "" : "?"}: ${sketch(member, deeper)}${note}`;
    });
    return `{\n${lines.join("\n")}\n${indent}}`;
  }
  const type = Array.isArray(schema.type) ? schema.type.join(" | ") : schema.type;
  return type ?? "any JSON";
}
