// The recovery sheet: a secret key as it is printed and typed in again. docs/formats.md ("Recovery sheets") fixes it.

import { recipientOf } from "./ages.js";
import { FormatError } from "./errors.js";

const PREFIX = "AGE-SECRET-KEY-PQ-1";
const PREFIX_TYPED = /^AGESECRETKEYPQ[1IL]/;
const DROPPED = /[\s\u00ad\u200b-\u200d\u2060\ufeff.,:;_\-\u2010-\u2015\u2212]/g;
const LENGTH = 58; // symbols after the prefix: 32 bytes and a checksum
const LOOKALIKES = { 1: "L", I: "L", O: "0", B: "8" }; // none of them is a symbol of Bech32
const GROUP = 4;

/** What was typed in is not a secret key: its length or its checksum is wrong. */
export class NotASheetError extends FormatError {}

/** The secret key that was typed in. */
export async function parse(typed) {
  const signs = typed.toUpperCase().replace(DROPPED, "");
  const symbols = (signs.length > LENGTH ? signs.replace(PREFIX_TYPED, "") : signs).replace(
    /[1IOB]/g,
    (sign) => LOOKALIKES[sign],
  );
  if (symbols.length !== LENGTH) throw new NotASheetError("another length");
  const secret = PREFIX + symbols;
  try {
    await recipientOf(secret);
  } catch {
    throw new NotASheetError("the checksum is wrong");
  }
  return secret;
}

/** The secret key in groups, as it is printed: the first is the prefix. */
export function grouped(secret) {
  return [PREFIX, ...secret.slice(PREFIX.length).match(new RegExp(`.{1,${GROUP}}`, "g"))];
}
