// The coordinator's own key, and the ways of unlocking it.

import { fromBase64Url, toBase64Url } from "../../formats/bytes.js";
import * as passphrases from "../../formats/passphrases.js";

/** The half of a passphrase that signs in. Nothing is kept. */
export function signInHalf({ passphrase, login, salt }) {
  return toBase64Url(passphrases.stretch(passphrase, login, fromBase64Url(salt)).signIn);
}
