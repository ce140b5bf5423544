// Age files for post-quantum hybrid recipients. The twin of tipline/sealing.py; docs/formats.md ("Sealed files") fixes
// the bytes.
//
// The vendored library seals and opens. What it leaves to its caller is here: it would mix hybrid and classical
// recipients, and it names no errors.

import {
  bech32,
  Decrypter,
  Encrypter,
  identityToRecipient,
} from "../../vendor/age-encryption-0.3.1.min.js";
import { fromBase64 } from "./bytes.js";
import { FormatError } from "./errors.js";
import { BUCKETS } from "./padding.js";

const MAX_HEADER = 32 * 1024;
const HYBRID = "mlkem768x25519";
const COLUMNS = 64;
const SEED = 32;
const TAG = 16;
const NONCE = 16;
const MAC = 32;
const ENCAPSULATION = 1120;
const WRAPPED_FILE_KEY = 32;
const RECIPIENT = 1216;
const SECRET_PREFIX = "age-secret-key-pq-";

/** Something sealed, or a key to seal with, is not what it should be. */
export class SealingError extends FormatError {}

/** The bytes do not begin with a well-formed age v1 header and a nonce. */
export class NotAnAgeFileError extends SealingError {}

/** The file is sealed, also, to a recipient that is not post-quantum hybrid. */
export class ForeignRecipientError extends SealingError {}

/** The file is sealed to more or fewer recipients than it should be. */
export class WrongRecipientCountError extends SealingError {}

/** The sealed text does not have the length of a padded plaintext: it was cut, or never padded. */
export class WrongSizeError extends SealingError {}

/** The file is not sealed to this key. */
export class WrongKeyError extends SealingError {}

/** The file was cut, lengthened or altered after it was sealed. */
export class AlteredFileError extends SealingError {}

/** The text is not a hybrid age recipient (`age1pq1…`). */
export class NotARecipientError extends SealingError {}

/** The text or seed is not a hybrid age identity. */
export class NotAnIdentityError extends SealingError {}

/** There is nobody to seal to. */
export class NoRecipientError extends SealingError {}

/** The secret that belongs to a seed of 32 bytes. */
export function secretFromSeed(seed) {
  if (!(seed instanceof Uint8Array) || seed.length !== SEED) {
    throw new NotAnIdentityError("a seed has 32 bytes");
  }
  return bech32.encodeFromBytes(SECRET_PREFIX, seed).toUpperCase();
}

/** The recipient, `age1pq1…`, of a secret. */
export async function recipientOf(secret) {
  checkSecret(secret);
  return identityToRecipient(secret);
}

/** Refuses what is not a hybrid recipient. */
export function checkRecipient(recipient) {
  const data = decoded(recipient, "age1pq", NotARecipientError);
  if (data.length !== RECIPIENT || recipient !== recipient.toLowerCase()) {
    throw new NotARecipientError("another length, or in capitals");
  }
}

/** The bytes as an age file that each of these recipients can open. */
export async function seal(bytes, recipients) {
  if (recipients.length === 0) {
    throw new NoRecipientError("sealing needs at least one recipient");
  }
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    checkRecipient(recipient);
    encrypter.addRecipient(recipient);
  }
  try {
    return await encrypter.encrypt(bytes);
  } catch {
    // Bytes always encrypt, so it is a recipient that is no point of its curve or no ML-KEM key.
    throw new NotARecipientError("not a key that can be sealed to");
  }
}

/** What was sealed to this secret, all of it or nothing. */
export async function open(file, secret) {
  checkSecret(secret);
  hybridStanzas(readHeader(file)).forEach(checkStanza);
  const decrypter = new Decrypter();
  decrypter.addIdentity(secret);
  try {
    return await decrypter.decrypt(file);
  } catch {
    throw await reasonOf(decrypter, file);
  }
}

/** Refuses, without any key, a file that must not be stored: see `check_file` in tipline/sealing.py. */
export function check(file, recipients) {
  const header = readHeader(file);
  if (hybridStanzas(header).length !== header.stanzas.length) {
    throw new ForeignRecipientError("every recipient must be post-quantum hybrid");
  }
  header.stanzas.forEach(checkStanza);
  if (recipients !== undefined && header.stanzas.length !== recipients) {
    throw new WrongRecipientCountError(`not ${recipients} recipients`);
  }
  if (!BUCKETS.includes(header.payloadLength - TAG)) {
    throw new WrongSizeError("not as long as a padded plaintext");
  }
}

function decoded(text, prefix, WrongError) {
  try {
    const found = bech32.decode(text, false);
    if (found.prefix === prefix) {
      return bech32.fromWords(found.words);
    }
  } catch {
    // Told below, like another prefix.
  }
  throw new WrongError("not Bech32, or another kind of key");
}

function checkSecret(secret) {
  const data = decoded(secret, SECRET_PREFIX, NotAnIdentityError);
  if (data.length !== SEED || secret !== secret.toUpperCase()) {
    throw new NotAnIdentityError("another length, or not in capitals");
  }
}

/** Why the library would not open a file with a sound header: its errors have no names, so try its header again. */
async function reasonOf(decrypter, file) {
  try {
    await decrypter.decryptHeader(file);
  } catch (error) {
    if (error.message.startsWith("no identity matched")) {
      return new WrongKeyError("none of the recipients has this key");
    }
    if (error.message !== "invalid header HMAC") {
      return new NotAnAgeFileError("a hybrid recipient's share cannot be used");
    }
  }
  return new AlteredFileError("the file was cut, lengthened or altered");
}

/** The recipients of a file and the length of its payload, by the letter of the age format. */
function readHeader(file) {
  const start = String.fromCharCode(...file.subarray(0, MAX_HEADER));
  const end = start.indexOf("\n--- ") + 1;
  const lineEnd = start.indexOf("\n", end);
  if (end === 0 || lineEnd < 0 || file.length < lineEnd + 1 + NONCE) {
    throw new NotAnAgeFileError("no header that ends in time");
  }
  const [version, ...lines] = start.slice(0, end - 1).split("\n");
  const mac = fromHeader(start.slice(end + 4, lineEnd));
  if (version !== "age-encryption.org/v1" || mac.length !== MAC || lines.length === 0) {
    throw new NotAnAgeFileError("not version 1, no recipient, or a MAC of another length");
  }
  return { stanzas: stanzasOf(lines), payloadLength: file.length - lineEnd - 1 - NONCE };
}

function stanzasOf(lines) {
  const stanzas = [];
  let next = 0;
  while (next < lines.length) {
    const line = lines[next];
    if (!/^->( [\x21-\x7e]+)+$/.test(line)) {
      throw new NotAnAgeFileError("a recipient's first line is malformed");
    }
    const first = next + 1;
    next = bodyEnd(lines, first);
    stanzas.push({ args: line.slice(3).split(" "), body: fromHeader(lines.slice(first, next).join("")) });
  }
  return stanzas;
}

/** The index after the first short line, which ends a body and may be empty. */
function bodyEnd(lines, first) {
  const length = lines.slice(first).findIndex((line) => line.length !== COLUMNS);
  if (length < 0 || lines[first + length].length > COLUMNS) {
    throw new NotAnAgeFileError("a recipient's body has a long line or no end");
  }
  return first + length + 1;
}

function fromHeader(text) {
  try {
    return fromBase64(text);
  } catch {
    throw new NotAnAgeFileError("not canonical base64");
  }
}

function hybridStanzas({ stanzas }) {
  return stanzas.filter(({ args }) => args[0] === HYBRID);
}

function checkStanza({ args, body }) {
  if (args.length !== 2 || body.length !== WRAPPED_FILE_KEY || fromHeader(args[1]).length !== ENCAPSULATION) {
    throw new NotAnAgeFileError("a hybrid recipient has another number of arguments, or another length");
  }
}
