// Opens answers and seals additions in a worker of its own: stretching the code takes a while, and the page must not stand
// still. What the code yields stays here; only the lookup id, opened texts and sealed bytes leave.

import * as ages from "../formats/ages.js";
import { areEqual, fromBase64Url, fromHex } from "../formats/bytes.js";
import { FormatError } from "../formats/errors.js";
import * as fingerprints from "../formats/fingerprints.js";
import * as heads from "../formats/heads.js";
import * as receipts from "../formats/receipts.js";
import * as sealedAdditions from "../formats/sealed_additions.js";
import { answerWith } from "../worker_line.js";

/** This browser does not seal and open as it should, or a key is not the one that was named. */
class CannotSealError extends FormatError {}

const TRIAL = {
  kind: "addition",
  tip: "00000000-0000-4000-8000-000000000000",
  care_points: ["trial"],
  number: 1,
  author: "tipster",
  language: "nl",
};

let own = null; // what the code yields

const DEEDS = { prepare, derive, open, seal };

/** Throws unless this browser seals, signs and opens. */
async function prepare() {
  const [seed, replyKey] = [0, 1].map(() => crypto.getRandomValues(new Uint8Array(32)));
  if (areEqual(seed, replyKey)) throw new CannotSealError("chance is none");
  const secret = ages.secretFromSeed(seed);
  const file = await ages.seal(heads.write(TRIAL, { text: "é" }, replyKey), [await ages.recipientOf(secret)]);
  ages.check(file, 1);
  crypto.randomUUID(); // not there where a page is not secure
  const { body } = heads.read(await ages.open(file, secret), TRIAL, replyKey);
  if (body.text !== "é") throw new CannotSealError("a sealed text says something else");
}

/** The lookup id of the code that was typed. Throws an error named like the server's words when it is none. */
async function derive({ typed, salt }) {
  own = receipts.derive(receipts.parse(typed), fromHex(salt));
  return own.lookupId;
}

/** The text of each answer, or null for one that was not written by whom it should be. */
async function open({ tip, answers }) {
  const texts = [];
  for (const answer of answers) texts.push(await openOne(tip, answer));
  return texts;
}

async function openOne(tip, { number, named, sealed }) {
  const expected = { kind: "answer", tip, care_points: named, number, author: "coordinator", language: "nl" };
  try {
    const plaintext = await ages.open(fromBase64Url(sealed), ages.secretFromSeed(own.seed));
    return heads.read(plaintext, expected, own.replyKey).body.text;
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

/** The bytes of an addition: one file for each care point that reads, the same inside. */
async function seal({ tip, number, carePoints, text, language }) {
  const points = carePoints.map((point) => point.id).sort();
  const head = { kind: "addition", tip, care_points: points, number, author: "tipster", language };
  const plaintext = heads.write(head, { text }, own.replyKey);
  const files = [];
  for (const point of carePoints) files.push({ ...point, sealed: await sealedTo(point, plaintext) });
  return sealedAdditions.write({ lookupId: own.lookupId, id: crypto.randomUUID(), number, files });
}

async function sealedTo({ recipient, fingerprint }, plaintext) {
  if (!recipient || fingerprints.of(recipient) !== fingerprint) throw new CannotSealError("another key than named");
  const file = await ages.seal(plaintext, [recipient]);
  ages.check(file, 1);
  return file;
}

answerWith(DEEDS);
