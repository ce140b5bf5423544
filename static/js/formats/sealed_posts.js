// What a browser posts that sealed a tip itself. The twin of tipline/sealed_posts.py; docs/formats.md ("Sealed posts")
// fixes the bytes.

import { isId } from "./bodies.js";
import { joined } from "./bytes.js";
import { FormatError } from "./errors.js";
import { isSound } from "./digits.js";

const MAGIC = "signaallijn/1 sealed tip\n";
const DIGEST = 32;
const FINGERPRINT = /^[0-9]{25}$/;
const MAX = 128 * 1024;

/** What was given is no sealed post, or more than the server takes. */
export class NotASealedPostError extends FormatError {}

const encode = (text) => new TextEncoder().encode(text);

/** The bytes of a post. `files` is a list of {id, fingerprint, sealed}, one for each care point. */
export function write(lookupDigest, files) {
  const parts = [...files].sort((one, other) => (one.id < other.id ? -1 : 1)).flatMap(written);
  const post = joined(encode(MAGIC), lookupDigest, ...parts);
  const isOnce = new Set(files.map(({ id }) => id)).size === files.length;
  if (lookupDigest.length !== DIGEST || files.length === 0 || !isOnce || post.length > MAX) {
    throw new NotASealedPostError("another digest, no file or two for one care point, or too much");
  }
  return post;
}

function written({ id, fingerprint, sealed }) {
  if (!isId(id) || !FINGERPRINT.test(fingerprint) || !isSound(fingerprint)) {
    throw new NotASealedPostError("no id of a care point, or no fingerprint");
  }
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, sealed.length);
  return [Uint8Array.of(id.length), encode(id + fingerprint), length, sealed];
}
