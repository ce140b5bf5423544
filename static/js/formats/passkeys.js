// What a passkey is asked to evaluate, and the key that its answer unlocks. The twin of tipline/passkeys.py;
// docs/formats.md ("Passkeys") fixes it.

import { hmac, sha256 } from "../../vendor/age-encryption-0.3.1.min.js";
import { joined } from "./bytes.js";
import { FormatError } from "./errors.js";

const EVALUATED = 32;
const encode = (text) => new TextEncoder().encode(text);

/** What the passkey gave is not 32 bytes. */
export class NotAPrfError extends FormatError {}

/** What every passkey of a deployment evaluates: the same for all, since who signs in is not known before. */
export function prfInput(salt) {
  return sha256(joined(encode("signaallijn/1 passkey\n"), salt));
}

/** The seed of the key to which this passkey's wrapped key file is sealed. */
export function seedOf(evaluated) {
  if (!(evaluated instanceof Uint8Array) || evaluated.length !== EVALUATED) {
    throw new NotAPrfError("a passkey evaluates to 32 bytes");
  }
  return hmac(sha256, evaluated, encode("signaallijn/1 passkey key\n"));
}
