// The tipster's code of 25 digits. The twin of tipline/receipts.py; docs/formats.md ("Receipts") fixes it.

import { scrypt, sha256 } from "../../vendor/age-encryption-0.3.1.min.js";
import * as digits from "./digits.js";
import { FormatError } from "./errors.js";

const LENGTH = 25;
const FAIR = 250; // a byte from here on is drawn again: of 256 values, six digits would come up more often
const STRETCHING = { N: 2 ** 12, r: 8, p: 1, dkLen: 80 };

/** What was typed is not a receipt. */
export class NotAReceiptError extends FormatError {}

/** What was typed holds a character that is neither a digit nor a separator. */
export class StrayCharacterError extends NotAReceiptError {}

/** What was typed has more or fewer than 25 digits. */
export class WrongLengthError extends NotAReceiptError {}

/** What was typed has 25 digits, but one of them is wrong or two have changed places. */
export class WrongCheckDigitError extends NotAReceiptError {}

/** A fresh receipt. `draw(count)` gives that many bytes from a source fit for secrets. */
export function make(draw = (count) => crypto.getRandomValues(new Uint8Array(count))) {
  let random = "";
  while (random.length < LENGTH - 1) {
    const fair = Array.from(draw(LENGTH - 1)).filter((byte) => byte < FAIR);
    random += fair.map((byte) => byte % 10).join("");
  }
  random = random.slice(0, LENGTH - 1);
  return random + digits.checkDigit(random);
}

/** Five groups of five, as a receipt is shown. */
export function grouped(receipt) {
  return receipt.match(/.{5}/g);
}

/** The 25 ASCII digits of the receipt that was typed, in any script, grouped in any way. */
export function parse(text) {
  const found = digits.normalise(text);
  if (/[^0-9]/.test(found)) {
    throw new StrayCharacterError("only digits and separators");
  }
  if (found.length !== LENGTH) {
    throw new WrongLengthError("a receipt has 25 digits");
  }
  if (!digits.isSound(found)) {
    throw new WrongCheckDigitError("the check digit does not fit");
  }
  return found;
}

/** What a parsed receipt yields under the deployment salt: {lookupId, lookupDigest, seed, replyKey}, all bytes. */
export function derive(receipt, salt) {
  const stretched = scrypt(new TextEncoder().encode(receipt), salt, STRETCHING);
  const lookupId = stretched.slice(0, 16);
  return { lookupId, lookupDigest: sha256(lookupId), seed: stretched.slice(16, 48), replyKey: stretched.slice(48, 80) };
}
