// Bytes to text and back, and comparing them.

import { FormatError } from "./errors.js";

/** The text is not the base64 that encoding gives. */
export class NotBase64Error extends FormatError {}

/** Base64 in the standard alphabet, without padding. */
export function toBase64(bytes) {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")).replace(/=+$/, "");
}

/** The bytes of a text that `toBase64` gave; any other spelling is refused. */
export function fromBase64(text) {
  if (!/^[A-Za-z0-9+/]*$/.test(text) || text.length % 4 === 1) {
    throw new NotBase64Error("not base64");
  }
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  if (toBase64(bytes) !== text) {
    throw new NotBase64Error("not canonical base64");
  }
  return bytes;
}

/** Base64 in the alphabet of URLs, without padding. */
export function toBase64Url(bytes) {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_");
}

/** The bytes of a text that `toBase64Url` gave. */
export function fromBase64Url(text) {
  if (/[+/]/.test(text)) {
    throw new NotBase64Error("not base64url");
  }
  return fromBase64(text.replaceAll("-", "+").replaceAll("_", "/"));
}

/** The bytes of a text of hexadecimal digits, two for each. */
export function fromHex(text) {
  return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
}

/** All the parts, one after another. */
export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Whether two rows of bytes are the same, in a time that does not tell where they differ. */
export function areEqual(one, other) {
  let difference = one.length ^ other.length;
  for (let index = 0; index < one.length; index += 1) {
    difference |= one[index] ^ (other[index] ?? 0);
  }
  return difference === 0;
}
