import { CodeBlock } from "@/components/ui/code-block";
import { DownloadText } from "@/components/ui/download-text";
import { Id } from "@/components/ui/id";
import type { CedarAnswer } from "@/lib/agents/cedar-schema";

/** What an agent may do, in the policy language that other authorization services read. */
export function CedarView({ agentId, cedar }: { agentId: string; cedar: CedarAnswer }) {
  return (
    <div className="flex flex-col gap-4">
      <p className="max-w-3xl text-muted text-sm">
        Everything that decides what this agent may do, as Cedar: the policy in force and the mandate together.
        Countersign decides with its own engine; the two are compared on generated requests whenever the program is
        tested. Rules in shadow and the sums of budgets are not in the text, and its head says what a request has to
        bring.
      </p>
      <div className="flex flex-wrap items-center gap-2">
        <DownloadText text={cedar.policies} name={`${agentId}.cedar`} what="policies" />
        <DownloadText text={cedar.schema} name={`${agentId}.cedarschema`} what="schema" />
        <DownloadText
          text={`${JSON.stringify(cedar.entities, null, 2)}\n`}
          name={`${agentId}.entities.json`}
          what="entities"
        />
        <span className="flex items-center gap-1 text-muted text-xs">
          Policy <Id value={cedar.policyHash} noun="policy hash" />
        </span>
      </div>
      <CodeBlock label="Policies" code={cedar.policies} full />
      <CodeBlock label="Schema" code={cedar.schema} />
    </div>
  );
}
