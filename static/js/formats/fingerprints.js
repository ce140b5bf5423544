// The 25 digits by which people recognise a recipient. The twin of `fingerprint` in tipline/sealing.py.

import { sha256 } from "../../vendor/age-encryption-0.3.1.min.js";
import { checkRecipient } from "./ages.js";
import * as digits from "./digits.js";

/** The fingerprint of a recipient; `digits.grouped` shows it. */
export function of(recipient) {
  checkRecipient(recipient);
  const digest = sha256(new TextEncoder().encode(`signaallijn/1 fingerprint\n${recipient}`));
  const number = digest.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n) % 10n ** 24n;
  const shown = String(number).padStart(24, "0");
  return shown + digits.checkDigit(shown);
}
