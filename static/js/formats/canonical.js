// JSON with exactly one spelling. The twin of tipline/canonical.py; docs/formats.md ("Canonical JSON") fixes it.

import { areEqual } from "./bytes.js";
import { FormatError } from "./errors.js";

const MAX_DEPTH = 8;

/** The text is not canonical JSON, or the value has no canonical JSON. */
export class NotCanonicalError extends FormatError {}

/** The canonical JSON of a value, in UTF-8. */
export function write(value) {
  return new TextEncoder().encode(spelled(value, 0));
}

/** The value whose canonical JSON these bytes are. */
export function read(bytes) {
  const value = parsed(bytes);
  if (!areEqual(write(value), bytes)) {
    throw new NotCanonicalError("another spelling");
  }
  return value;
}

function parsed(bytes) {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw new NotCanonicalError("not JSON in UTF-8");
  }
}

function spelled(value, depth) {
  if (value === null || typeof value === "boolean") {
    return String(value);
  }
  if (typeof value === "string" && value.isWellFormed()) {
    return JSON.stringify(value);
  }
  if (Number.isSafeInteger(value) && value >= 0) {
    return String(value);
  }
  if (typeof value !== "object" || depth === MAX_DEPTH) {
    throw new NotCanonicalError("too deep, or a value that is not a whole number, text, array or object");
  }
  if (Array.isArray(value)) {
    return `[${value.map((member) => spelled(member, depth + 1)).join(",")}]`;
  }
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${key(name)}:${spelled(value[name], depth + 1)}`).join(",")}}`;
}

function key(name) {
  if (!/^[\x20-\x7e]*$/.test(name)) {
    throw new NotCanonicalError("a key that is not printable ASCII");
  }
  return JSON.stringify(name);
}
