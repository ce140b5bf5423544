// Five sizes for every plaintext. The twin of tipline/padding.py.

import { areEqual } from "./bytes.js";
import { FormatError } from "./errors.js";

export const BUCKETS = [4096, 8192, 16384, 32768, 65536];

const LINE_FEED = 0x0a;
const SPACE = 0x20;

/** The text does not fit in the largest plaintext. */
export class TooLargeError extends FormatError {}

/** The plaintext is not filled up as a plaintext of ours is. */
export class WrongPaddingError extends FormatError {}

/** The text, a line feed, and spaces up to the smallest bucket that holds it. */
export function pad(text) {
  const bucket = BUCKETS.find((size) => text.length < size);
  if (bucket === undefined) {
    throw new TooLargeError("more than the largest plaintext");
  }
  const plaintext = new Uint8Array(bucket).fill(SPACE);
  plaintext.set(text);
  plaintext[text.length] = LINE_FEED;
  return plaintext;
}

/** The text that `pad` was given. */
export function unpad(plaintext) {
  const end = plaintext.lastIndexOf(LINE_FEED);
  const text = plaintext.subarray(0, Math.max(end, 0));
  if (end < 0 || text.length >= BUCKETS.at(-1) || !areEqual(pad(text), plaintext)) {
    throw new WrongPaddingError("not padded as a plaintext is");
  }
  return text;
}
