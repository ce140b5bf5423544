// By what the maker of a proposed key knows it again. docs/formats.md ("Key proposals") fixes it.

import { hmac, sha256 } from "../../vendor/age-encryption-0.3.1.min.js";
import { areEqual, joined } from "./bytes.js";
import * as canonical from "./canonical.js";

const encode = (text) => new TextEncoder().encode(text);

/** The MAC of {care_point, number, recipient, sheet_recipient} under the maker's own secret key. */
export function macOf({ care_point: carePoint, number, recipient, sheet_recipient: sheetRecipient }, ownSecret) {
  const key = sha256(encode(`signaallijn/1 proposal key\n${ownSecret}`));
  const said = { care_point: carePoint, number, recipient, sheet_recipient: sheetRecipient };
  return hmac(sha256, key, joined(encode("signaallijn/1 proposal\n"), canonical.write(said)));
}

/** Whether this MAC was made with that own secret key. */
export function isMadeBy(proposal, mac, ownSecret) {
  return areEqual(mac, macOf(proposal, ownSecret));
}
