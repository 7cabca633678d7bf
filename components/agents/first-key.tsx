"use client";

import { useState, useTransition } from "react";
import type { z } from "zod";
import { SecretOnce } from "@/components/agents/secret-once";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";
import { Panel } from "@/components/ui/panel";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { StatusBadge } from "@/components/ui/status-badge";
import type { credentialInput, IssuedCredential } from "@/lib/agents/schema";
import type { Problem } from "@/lib/errors";
import type { ServerAction } from "@/lib/http/action";

export type IssueCredential = ServerAction<
  { id: string; credential: z.input<typeof credentialInput> },
  IssuedCredential
>;

/** After registering: the key, then activation. Either can wait. */
export function FirstKey({
  agent,
  publicUrl,
  issue,
  activate,
}: {
  agent: { id: string; name: string; tool: string | undefined };
  publicUrl: string;
  issue: IssueCredential;
  activate: ServerAction<{ id: string; reason: string }, unknown>;
}) {
  const [credential, setCredential] = useState<IssuedCredential>();
  const [active, setActive] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [issuing, startIssuing] = useTransition();
  const [activating, startActivating] = useTransition();
  return (
    <div className="flex max-w-3xl flex-col gap-4">
      <p role="status" className="flex flex-wrap items-center gap-2 font-medium text-lg">
        {agent.name} is registered
        <StatusBadge kind="agent" value={active ? "active" : "draft"} />
      </p>
      <Panel title="1. Issue its key">
        {credential ? (
          <SecretOnce credential={credential} publicUrl={publicUrl} tool={agent.tool} />
        ) : (
          <div className="flex flex-col items-start gap-3">
            <p>The key is this agent's alone. It lives 90 days and can be rotated or revoked at any time.</p>
            <Button
              variant="primary"
              busy={issuing}
              onClick={() =>
                startIssuing(async () => {
                  const result = await issue({ id: agent.id, credential: {} });
                  if (result.ok) setCredential(result.data);
                  else setProblem(result.error);
                })
              }
            >
              Issue credential
            </Button>
          </div>
        )}
      </Panel>
      <Panel title="2. Activate it">
        {active ? (
          <p>It may act within its mandate from now on.</p>
        ) : (
          <div className="flex flex-col items-start gap-3">
            <p>Until then every request is denied.</p>
            <Button
              busy={activating}
              onClick={() =>
                startActivating(async () => {
                  const result = await activate({ id: agent.id, reason: "activated after registering" });
                  if (result.ok) setActive(true);
                  else setProblem(result.error);
                })
              }
            >
              Activate agent
            </Button>
          </div>
        )}
      </Panel>
      <ProblemBanner problem={problem} />
      <ButtonLink href={`/agents/${agent.id}`} className="w-fit">
        Open {agent.name}
      </ButtonLink>
    </div>
  );
}
