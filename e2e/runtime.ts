/** An agent's runtime as it is outside: plain HTTP with the agent's key, nothing of ours. */

export type Answer = {
  id: string;
  outcome: "allow" | "deny" | "approval_required";
  reasons: { code: string; message: string }[];
  approval: { id: string; status: string; reviewUrl: string } | null;
  policyHash: string;
  receipt: { lane: number; seq: number } | null;
};

export type Call = { tool: string; arguments: Record<string, unknown>; reasoning?: string; approvalId?: string };

/** @param origin of the program @param key the agent's credential */
export function runtime(origin: string, key: string) {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const read = async (response: Response): Promise<Answer> => {
    if (response.status !== 200)
      throw new Error(`the runtime was answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Answer;
  };
  return {
    ask: async (call: Call) =>
      read(
        await fetch(`${origin}/api/v1/decisions`, {
          method: "POST",
          headers: { ...headers, "idempotency-key": crypto.randomUUID() },
          body: JSON.stringify(call),
        }),
      ),
    /** Long poll: answers when the approval is decided, or after the time is over. */
    wait: async (id: string, seconds: number) =>
      read(await fetch(`${origin}/api/v1/decisions/${id}?wait=${seconds}`, { headers })),
  };
}

export type Runtime = ReturnType<typeof runtime>;
