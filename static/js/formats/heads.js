// Every plaintext: a head, a body, a MAC where two people talk, and padding. The twin of tipline/heads.py;
// docs/formats.md ("Plaintexts") fixes the bytes.
//
// A head is {kind, tip, care_points, number, author, language}, named as in the plaintext.

import { hmac, sha256 } from "../../vendor/age-encryption-0.3.1.min.js";
import * as bodies from "./bodies.js";
import { areEqual, joined, toBase64Url } from "./bytes.js";
import * as canonical from "./canonical.js";
import { FormatError } from "./errors.js";
import * as padding from "./padding.js";

const VERSION = 1;
const LANGUAGES = ["nl", "en"];
const AUTHORS = {
  tip: "tipster",
  answer: "coordinator",
  addition: "tipster",
  note: "coordinator",
  grant: "coordinator",
  key: "coordinator",
};
const SIGNED = ["answer", "addition"];
const WITHOUT_TIP = ["grant", "key"];
const SIGNED_AS = "signaallijn/1 message\n";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const REPLY_KEY_LENGTH = 32;

const encode = (text) => new TextEncoder().encode(text);

/** A plaintext is not what it should be at the place where it was found. */
export class HeadError extends FormatError {}

/** A plaintext or its head lacks a member, has one too many, or has one of the wrong type. */
export class NotAHeadError extends HeadError {}

/** The plaintext is of another version of this format. */
export class UnknownVersionError extends HeadError {}

/** The plaintext is of another kind: it was mislabelled or swapped. */
export class WrongKindError extends HeadError {}

/** The plaintext belongs to another tip: it was moved. */
export class WrongTipError extends HeadError {}

/** The plaintext was written for other care points. */
export class WrongCarePointError extends HeadError {}

/** The plaintext has another number in its direction: it was replayed or put in another's place. */
export class WrongNumberError extends HeadError {}

/** The plaintext says that another role wrote it. */
export class WrongAuthorError extends HeadError {}

/** A message in the conversation carries no MAC. */
export class UnsignedError extends HeadError {}

/** A message in the conversation was not written by one who holds its reply key. */
export class ForgedError extends HeadError {}

/** A message in the conversation cannot be written or checked without a reply key of 32 bytes. */
export class MissingReplyKeyError extends HeadError {}

const COMPARED = [
  ["kind", WrongKindError],
  ["tip", WrongTipError],
  ["care_points", WrongCarePointError],
  ["number", WrongNumberError],
  ["author", WrongAuthorError],
];

/** The padded plaintext, its texts tidied. An answer and an addition need the reply key. */
export function write(head, body, replyKey) {
  const ownHead = headOf(head);
  const ownBody = bodies.tidied(body);
  bodies.check(ownHead.kind, ownBody);
  const message = { body: ownBody, head: ownHead };
  if (SIGNED.includes(ownHead.kind)) {
    message.mac = toBase64Url(mac(ownHead, ownBody, replyKey));
  }
  return padding.pad(canonical.write(message));
}

/** The {head, body} of a plaintext that is what was expected; the language may be another. */
export function read(plaintext, expected, replyKey) {
  const message = objectOf(canonical.read(padding.unpad(plaintext)));
  if (!bodies.hasExactly(message, ["body", "head"]) && !bodies.hasExactly(message, ["body", "head", "mac"])) {
    throw new NotAHeadError("a plaintext has a head and a body");
  }
  compare(objectOf(message.head), headOf(expected));
  if (SIGNED.includes(expected.kind)) {
    checkMac(message, replyKey);
  } else if ("mac" in message) {
    throw new NotAHeadError("this kind carries no MAC");
  }
  bodies.check(expected.kind, message.body);
  return { head: message.head, body: message.body };
}

/** The head with exactly its own members, refused when no plaintext could say this. */
function headOf({ kind, tip, care_points: carePoints, number, author, language }) {
  const hasTip = !WITHOUT_TIP.includes(kind);
  const isHead =
    Object.hasOwn(AUTHORS, kind) &&
    author === AUTHORS[kind] &&
    (hasTip ? typeof tip === "string" && UUID.test(tip) : tip === null) &&
    Array.isArray(carePoints) &&
    carePoints.length > 0 &&
    carePoints.every((point, index) => bodies.isId(point) && (index === 0 || carePoints[index - 1] < point)) &&
    Number.isSafeInteger(number) &&
    number >= 1 &&
    LANGUAGES.includes(language);
  if (!isHead) {
    throw new NotAHeadError("no plaintext has such a head");
  }
  return { author, care_points: [...carePoints], kind, language, number, tip, v: VERSION };
}

function objectOf(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new NotAHeadError("not an object");
  }
  return value;
}

function compare(found, expected) {
  if (found.v !== VERSION) {
    throw new UnknownVersionError("not version 1");
  }
  if (!bodies.hasExactly(found, Object.keys(expected)) || !LANGUAGES.includes(found.language)) {
    throw new NotAHeadError("a member is missing, too many or wrong");
  }
  for (const [name, WrongError] of COMPARED) {
    if (!areEqual(canonical.write(found[name]), canonical.write(expected[name]))) {
      throw new WrongError(`another ${name} than expected here`);
    }
  }
}

function mac(head, body, replyKey) {
  if (!(replyKey instanceof Uint8Array) || replyKey.length !== REPLY_KEY_LENGTH) {
    throw new MissingReplyKeyError("a reply key has 32 bytes");
  }
  return hmac(sha256, replyKey, joined(encode(SIGNED_AS), canonical.write(head), encode("\n"), canonical.write(body)));
}

function checkMac(message, replyKey) {
  const right = toBase64Url(mac(message.head, message.body, replyKey));
  if (message.mac === undefined || message.mac === null) {
    throw new UnsignedError("a message of the conversation must be signed");
  }
  if (typeof message.mac !== "string" || !areEqual(encode(message.mac), encode(right))) {
    throw new ForgedError("the MAC is not the reply key's");
  }
}
