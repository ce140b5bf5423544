// The files in what a browser posts that sealed it itself: one for each care point, with its length and the fingerprint of
// the recipient. The twin of tipline/sealed_files.py; docs/formats.md ("Sealed posts") fixes the bytes.

import { isId } from "./bodies.js";
import { isSound } from "./digits.js";

const FINGERPRINT = /^[0-9]{25}$/;

/** The parts of which the bytes of these files are joined, in their order; `files` is a list of {id, fingerprint, sealed}.
 * Throws `Refusal` when there is none, two for one care point, or one for nobody. */
export function parts(files, Refusal) {
  const isOnce = new Set(files.map(({ id }) => id)).size === files.length;
  if (files.length === 0 || !isOnce) throw new Refusal("no file, or two for one care point");
  if (!files.every(isForSomebody)) throw new Refusal("no id of a care point, or no fingerprint");
  return [...files].sort((one, other) => (one.id < other.id ? -1 : 1)).flatMap(written);
}

/** A number in four bytes, the greatest first. */
export function four(number) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

function isForSomebody({ id, fingerprint }) {
  return isId(id) && FINGERPRINT.test(fingerprint) && isSound(fingerprint);
}

function written({ id, fingerprint, sealed }) {
  return [Uint8Array.of(id.length), new TextEncoder().encode(id + fingerprint), four(sealed.length), sealed];
}
