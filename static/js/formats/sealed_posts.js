// What a browser posts that sealed a tip itself. The twin of tipline/sealed_posts.py; docs/formats.md ("Sealed posts")
// fixes the bytes.

import { joined } from "./bytes.js";
import { FormatError } from "./errors.js";
import { parts } from "./sealed_files.js";

const MAGIC = "signaallijn/1 sealed tip\n";
const DIGEST = 32;
const MAX = 144 * 1024;

/** What was given is no sealed post, or more than the server takes. */
export class NotASealedPostError extends FormatError {}

/** The bytes of a post. `files` is a list of {id, fingerprint, sealed}, one for each care point. */
export function write(lookupDigest, files) {
  if (lookupDigest.length !== DIGEST) throw new NotASealedPostError("another digest");
  const post = joined(new TextEncoder().encode(MAGIC), lookupDigest, ...parts(files, NotASealedPostError));
  if (post.length > MAX) throw new NotASealedPostError("too much");
  return post;
}
