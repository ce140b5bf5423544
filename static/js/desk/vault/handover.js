// Sealing a case again for another care point: the tip, and every message that can be opened here. Only the head's care
// points change; what a person wrote, the numbers and the language stay. Messages are signed anew under the reply key.

import { fromBase64Url } from "../../formats/bytes.js";
import { grouped } from "../../formats/digits.js";
import * as fingerprints from "../../formats/fingerprints.js";
import * as heads from "../../formats/heads.js";
import { among, head, knownTip, openForPoint, refusal, sealTo, unlocked } from "./state.js";

const SPEAKERS = { answer: "coordinator", addition: "tipster" }; // a care point's own notes do not travel

/** The files for another point, `to` = {care_point, recipient}: {tip, messages: "kind:number" -> file, leftOut}. What
 * can't be opened here can't be sealed again, and is left out by its name. */
async function sealForOther({ id, named, sealed, messages, to }) {
  const files = {};
  const leftOut = [];
  for (const message of messages.filter(({ kind }) => Object.hasOwn(SPEAKERS, kind))) {
    const file = await messageForOther(id, message, to);
    if (file) files[`${message.kind}:${message.number}`] = file;
    else leftOut.push(`${message.kind}:${message.number}`);
  }
  return { tip: await tipForOther({ id, named, sealed }, to), messages: files, leftOut };
}

/** A note for another care point about a tip that was opened here: why it is offered, or refused. */
async function sealNoteFor({ id, number, text, language, to }) {
  knownTip(id);
  const own = { ...head("note", id, [to.care_point], number, "coordinator"), language };
  return sealTo(to.recipient, heads.write(own, { text }));
}

/** The fingerprint of another point's key, to be compared by telephone. */
function fingerprintOf({ recipient }) {
  return grouped(fingerprints.of(recipient));
}

async function tipForOther({ id, named, sealed }, to) {
  const expected = head("tip", id, among(named, unlocked()), 1, "tipster");
  const { head: found, body } = heads.read(await openForPoint(sealed), expected);
  if (body.tipster.recipient !== knownTip(id).recipient) {
    throw new heads.WrongTipError("another tip than the one that was opened");
  }
  return sealTo(to.recipient, heads.write({ ...found, care_points: [to.care_point] }, body));
}

async function messageForOther(id, { kind, number, named, sealed }, to) {
  const { replyKey } = knownTip(id);
  let opened;
  try {
    const plaintext = await openForPoint(sealed);
    opened = heads.read(plaintext, head(kind, id, among(named, unlocked()), number, SPEAKERS[kind]), replyKey);
  } catch (error) {
    return refusal(error);
  }
  const again = heads.write({ ...opened.head, care_points: [to.care_point] }, opened.body, replyKey);
  return sealTo(to.recipient, again);
}

export const handoverDeeds = { sealForOther, sealNoteFor, fingerprintOf };
