// A coordinator's second way in. The twin of tipline/passphrases.py; docs/formats.md ("Passphrases") fixes it.

import { scrypt, sha256 } from "../../vendor/age-encryption-0.3.1.min.js";
import { joined } from "./bytes.js";
import { FormatError } from "./errors.js";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH = 20;
const SYMBOLS = /^[0-9abcdefghjkmnpqrstvwxyz]{20}$/;
const DROPPED = /[ \-\u00a0\u2010\u2011\u2012\u2013\u2014\u2212\t\r\n]/g;
const STRETCHING = { N: 2 ** 15, r: 8, p: 1, dkLen: 64 };

/** What was typed is not a passphrase of twenty symbols. */
export class NotAPassphraseError extends FormatError {}

/** A fresh passphrase as it is shown: five groups of four, 100 bits. */
export function fresh() {
  // Of 32 symbols each byte chooses one, all alike.
  const symbols = Array.from(crypto.getRandomValues(new Uint8Array(LENGTH)), (byte) => ALPHABET[byte % ALPHABET.length]);
  return symbols.join("").match(/.{4}/g).join("-");
}

/** The twenty symbols of the passphrase that was typed. */
export function parse(text) {
  const symbols = text
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(DROPPED, "")
    .replaceAll("o", "0")
    .replace(/[il]/g, "1");
  if (!SYMBOLS.test(symbols)) {
    throw new NotAPassphraseError("a passphrase has twenty symbols");
  }
  return symbols;
}

/** The login in NFKC and lower case, without spaces around it. */
export function normaliseLogin(login) {
  return login.normalize("NFKC").replace(/^ +| +$/g, "").toLowerCase();
}

/** The halves, 32 bytes each, of a passphrase as typed: `signIn` may be sent, `unlock` never. Slow on purpose. */
export function stretch(passphrase, login, salt) {
  const encode = (text) => new TextEncoder().encode(text);
  const ownSalt = sha256(
    joined(encode("signaallijn/1 passphrase\n"), salt, encode("\n"), encode(normaliseLogin(login))),
  );
  const stretched = scrypt(encode(parse(passphrase)), ownSalt, STRETCHING);
  return { signIn: stretched.slice(0, 32), unlock: stretched.slice(32, 64) };
}
