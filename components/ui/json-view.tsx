import { Fragment } from "react";
import { CodeBlock } from "@/components/ui/code-block";
import { InertText } from "@/components/ui/inert-text";
import { type JsonToken, jsonLines } from "@/components/ui/json-lines";

type JsonViewProps = {
  /** Stored canonical JSON. Shown token by token, so numbers keep their digits. */
  json: string;
  label: string;
  /** Shows everything, without an inner scroll. For what is being approved. */
  full?: boolean;
};

/** JSON as inert text: no markup, no links, every hidden character visible. The copy button copies the stored text. */
export function JsonView({ json, label, full }: JsonViewProps) {
  return (
    <CodeBlock label={label} code={json} wrap full={full}>
      {jsonLines(json).map((line, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its position
        <Fragment key={row}>
          {row > 0 && "\n"}
          {line.map((token, column) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a token is its position
            <Token key={column} {...token} />
          ))}
        </Fragment>
      ))}
    </CodeBlock>
  );
}

function Token({ kind, text }: JsonToken) {
  if (kind === "space") return text;
  if (kind === "mark") return <span className="text-muted">{text}</span>;
  if (kind === "key") {
    return (
      <span className="text-muted">
        <InertText text={text} />
      </span>
    );
  }
  return (
    <span className={kind === "string" ? undefined : "text-link"}>
      <InertText text={text} />
    </span>
  );
}
