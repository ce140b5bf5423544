// What a browser posts that sealed an addition itself. The twin of tipline/sealed_additions.py; docs/formats.md ("Sealed
// additions") fixes the bytes.

import { isId } from "./bodies.js";
import { joined } from "./bytes.js";
import { isSound } from "./digits.js";
import { FormatError } from "./errors.js";

const MAGIC = "signaallijn/1 sealed addition\n";
const LOOKUP_ID = 16;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const FINGERPRINT = /^[0-9]{25}$/;

/** What was given is no sealed addition. */
export class NotASealedAdditionError extends FormatError {}

const encode = (text) => new TextEncoder().encode(text);

/** The bytes of an addition. `files` is a list of {id, fingerprint, sealed}, one for each care point. */
export function write({ lookupId, id, number, files }) {
  const isOnce = new Set(files.map((file) => file.id)).size === files.length;
  if (lookupId.length !== LOOKUP_ID || !UUID.test(id) || !isNumber(number) || files.length === 0 || !isOnce) {
    throw new NotASealedAdditionError("another lookup id or number, no file, or two for one care point");
  }
  const sorted = [...files].sort((one, other) => (one.id < other.id ? -1 : 1));
  return joined(encode(MAGIC), lookupId, uuidBytes(id), four(number), ...sorted.flatMap(fileParts));
}

function fileParts({ id, fingerprint, sealed }) {
  if (!isId(id) || !FINGERPRINT.test(fingerprint) || !isSound(fingerprint)) {
    throw new NotASealedAdditionError("no id of a care point, or no fingerprint");
  }
  return [Uint8Array.of(id.length), encode(id + fingerprint), four(sealed.length), sealed];
}

function isNumber(number) {
  return Number.isInteger(number) && number >= 1 && number < 2 ** 32;
}

function four(number) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

function uuidBytes(id) {
  return Uint8Array.from(id.replaceAll("-", "").match(/../g), (pair) => parseInt(pair, 16));
}
