// What a browser posts that sealed an addition itself. The twin of tipline/sealed_additions.py; docs/formats.md ("Sealed
// additions") fixes the bytes.

import { fromHex, joined } from "./bytes.js";
import { FormatError } from "./errors.js";
import { four, parts } from "./sealed_files.js";

const MAGIC = "signaallijn/1 sealed addition\n";
const LOOKUP_ID = 16;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What was given is no sealed addition. */
export class NotASealedAdditionError extends FormatError {}

/** The bytes of an addition. `files` is a list of {id, fingerprint, sealed}, one for each care point. */
export function write({ lookupId, id, number, files }) {
  if (lookupId.length !== LOOKUP_ID || !UUID.test(id) || !isNumber(number)) {
    throw new NotASealedAdditionError("another lookup id, id or number");
  }
  const magic = new TextEncoder().encode(MAGIC);
  return joined(magic, lookupId, fromHex(id.replaceAll("-", "")), four(number), ...parts(files, NotASealedAdditionError));
}

function isNumber(number) {
  return Number.isInteger(number) && number >= 1 && number < 2 ** 32;
}
