/** The commitment of a stored body, base64. @param body canonical JSON text as it was decrypted */
export function commitmentOf(body: string, sha256: (bytes: Uint8Array) => Uint8Array): string;
