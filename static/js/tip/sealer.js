// Seals a tip in a worker of its own: stretching the code takes a while, and the page must not stand still. The worker makes
// the code, and the only things that leave it are the code, for the screen, and sealed bytes.

import * as ages from "../formats/ages.js";
import { fromHex, toBase64Url } from "../formats/bytes.js";
import { FormatError } from "../formats/errors.js";
import * as fingerprints from "../formats/fingerprints.js";
import * as heads from "../formats/heads.js";
import * as receipts from "../formats/receipts.js";
import * as sealedPosts from "../formats/sealed_posts.js";
import { answerWith } from "../worker_line.js";
import { testItself } from "./self_test.js";

/** The key that came with the page is not the one whose fingerprint came with it. */
class WrongRecipientError extends FormatError {}

let own = null; // { receipt, derived }: one code for this document, however often it seals

const DEEDS = { prepare, seal };

/** Finds out whether this browser seals as it should, and makes the code. */
async function prepare({ salt }) {
  await testItself();
  const receipt = receipts.make();
  own = { receipt, derived: receipts.derive(receipt, fromHex(salt)) };
}

/** The code in groups, and the bytes to send: as tipline/intake.py writes and seals, one file for each care point. */
async function seal({ told, answers }) {
  const { receipt, derived } = own;
  const plaintext = heads.write(headOf(told), await bodyOf(told, answers, derived));
  const files = [];
  for (const point of told.care_points) files.push({ ...point, sealed: await sealedTo(point, plaintext) });
  return { code: receipts.grouped(receipt), post: sealedPosts.write(derived.lookupDigest, files) };
}

function headOf({ tip, language, care_points: points }) {
  return { kind: "tip", tip, care_points: points.map(({ id }) => id).sort(), number: 1, author: "tipster", language };
}

/** What the page gave of the body, what was typed, and how to answer. */
async function bodyOf(told, answers, { seed, replyKey }) {
  return {
    ...told.body,
    answers: { ...answers, ...told.answers },
    tipster: { recipient: await ages.recipientOf(ages.secretFromSeed(seed)), reply_key: toBase64Url(replyKey) },
  };
}

async function sealedTo({ recipient, fingerprint }, plaintext) {
  if (fingerprints.of(recipient) !== fingerprint) throw new WrongRecipientError("another key than the page names");
  const file = await ages.seal(plaintext, [recipient]);
  ages.check(file, 1);
  return file;
}

answerWith(DEEDS);
