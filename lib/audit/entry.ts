// One entry of the log: a canonical header, hashed as a leaf and linked to its predecessor in the lane.
// Stored. Changing bytes or names here needs a bump of `v`. Knows no database, no clock and no key store.
// RFC 6962 §2.1 (leaf and node hashes), RFC 8785 (canonical form).
import { hash } from "node:crypto";
import { canonicalize } from "@/lib/json";

export const entryKinds = [
  "lane_opened",
  "lane_closed",
  "decision",
  "outcome",
  "approval_granted",
  "approval_refused",
  "approval_voted",
  "approval_expired",
  "approval_voided",
  "approval_commented",
  "agent_registered",
  "agent_changed",
  "agent_activated",
  "agent_suspended",
  "agent_resumed",
  "agent_retired",
  "agent_stopped",
  "agent_transferred",
  "transfer_requested",
  "transfer_declined",
  "version_created",
  "version_promoted",
  "credential_issued",
  "credential_rotated",
  "credential_revoked",
  "tool_sanctioned",
  "tool_changed",
  "tool_blocked",
  "tool_removed",
  "policy_activated",
  "policy_requested",
  "policy_approved",
  "policy_declined",
  "policy_withdrawn",
  "policy_ended",
  "policy_draft_discarded",
  "person_added",
  "person_changed",
  "person_deactivated",
  "person_reactivated",
  "group_changed",
  "token_issued",
  "token_revoked",
  "passkey_added",
  "passkey_removed",
  "signed_in",
  "signed_out",
  "sign_in_refused",
  "payload_viewed",
  "incident",
  "incident_closed",
  "identity_mismatch",
  "invalid_input",
  "engine_error",
  "gap_report",
  "setting_changed",
] as const;
export type EntryKind = (typeof entryKinds)[number];

/** What every entry may say in the open. Free text, parameters and names of people are payload, always. */
export type HeaderFacts = {
  kind: EntryKind;
  agent?: string | undefined;
  outcome?: string | undefined;
  codes?: readonly string[] | undefined;
  tool?: string | undefined;
  /** Effect class of the tool, as the catalogue had it. */
  effect?: string | undefined;
  /** base64 of 32 bytes */
  actionDigest?: string | undefined;
  policyHash?: string | undefined;
  instance?: string | undefined;
  /** Pseudonym of a person, or `system`. */
  actor?: string | undefined;
  approvalId?: string | undefined;
  /** What else the entry is about: a credential, version, incident or tool id. */
  ref?: string | undefined;
  /** base64 of the idempotency hash */
  idem?: string | undefined;
  /** base64 of the payload commitment */
  commit?: string | undefined;
  /** The time that an entry of sample data stands for; its presence marks sample data. */
  sampleAt?: string | undefined;
};

export type Header = HeaderFacts & {
  v: 1;
  origin: string;
  lane: number;
  seq: number;
  prev: string;
  ts: string;
  epoch: number;
};

export type Entry = { header: Buffer; leaf: Buffer };

/**
 * The entry for a place in a lane.
 * @param prev 32 bytes: leaf hash of the predecessor, or the lane's genesis
 * @param ts   estimate of database time, RFC 3339 UTC
 */
export function makeEntry(
  place: { origin: string; lane: bigint; seq: bigint; prev: Buffer; ts: string; epoch: bigint },
  facts: HeaderFacts,
): Entry {
  const text = canonicalize({
    ...facts,
    v: 1,
    origin: place.origin,
    lane: Number(place.lane),
    seq: Number(place.seq),
    prev: place.prev.toString("base64"),
    ts: place.ts,
    epoch: Number(place.epoch),
  });
  const prefixed = Buffer.from(`\0${text}`);
  return { header: prefixed.subarray(1), leaf: hash("sha256", prefixed, "buffer") };
}

/** SHA-256(0x00 ‖ header), RFC 6962 §2.1. */
export function leafHash(header: Uint8Array): Buffer {
  return hash("sha256", Buffer.concat([leafPrefix, header]), "buffer");
}

/** SHA-256(0x01 ‖ left ‖ right), RFC 6962 §2.1. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return hash("sha256", Buffer.concat([nodePrefix, left, right]), "buffer");
}

const leafPrefix = Buffer.from([0]);
const nodePrefix = Buffer.from([1]);

/** The predecessor of a lane's first entry. */
export function genesis(origin: string, lane: bigint): Buffer {
  return hash("sha256", `countersign/genesis/v1\n${origin}\n${lane}`, "buffer");
}

/** A stored header back as a value. */
export function readHeader(bytes: Uint8Array): Header {
  return JSON.parse(Buffer.from(bytes).toString("utf8")) as Header;
}
