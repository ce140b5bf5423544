// Opening tips and messages, and sealing answers.

import { fromBase64Url } from "../../formats/bytes.js";
import { FormatError } from "../../formats/errors.js";
import * as heads from "../../formats/heads.js";
import { among, head, knownTip, openForPoint, refusal, sealTo, state, unlocked } from "./state.js";

const SPEAKERS = { answer: "coordinator", addition: "tipster", note: "coordinator" };

/** Meanwhile another key was published than the one that is open: nothing is sealed to the older one. */
export class KeyRenewedError extends FormatError {}

/** What each tip says, or null for one that is not a tip of this care point. Its reply key stays here. */
export async function openTips({ sealed }) {
  const opened = [];
  for (const one of sealed) opened.push(await openTip(one));
  return opened;
}

async function openTip({ id, named, sealed }) {
  const point = unlocked();
  try {
    const plaintext = await openForPoint(sealed);
    const { head: found, body } = heads.read(plaintext, head("tip", id, among(named, point), 1, "tipster"));
    const known = state.tips.get(id);
    if (known && known.recipient !== body.tipster.recipient) {
      // Another tip was put in the place of the one that was opened: no answer may go to whoever did that.
      throw new heads.WrongTipError("another tip than the one that was opened");
    }
    const replyKey = fromBase64Url(body.tipster.reply_key);
    state.tips.set(id, { recipient: body.tipster.recipient, replyKey, language: found.language });
    return toldBy(body, found.language, point);
  } catch (error) {
    return refusal(error);
  }
}

/** What a tip says, without what only this vault may know. `meantFor` are the points in whose place another reads it. */
function toldBy(body, language, point) {
  const { answers, place, home, leads = null, left_out: leftOut = [] } = body;
  const meantFor = [...new Set([body.meant_for, home?.meant_for])].filter(Boolean);
  return { answers, place, home: home?.place ?? null, leads, isLead: leads === point.id, leftOut, meantFor, language };
}

/** The text of each message of an opened tip, or null for one that was not written by whom it should be. */
export async function openMessages({ tip, messages }) {
  const opened = [];
  for (const message of messages) opened.push(await openMessage(tip, message));
  return opened;
}

async function openMessage(tip, { kind, number, named, sealed }) {
  const point = unlocked();
  try {
    if (!Object.hasOwn(SPEAKERS, kind)) throw new heads.WrongKindError("not a message of the conversation");
    const plaintext = await openForPoint(sealed);
    const expected = head(kind, tip, among(named, point), number, SPEAKERS[kind]);
    return heads.read(plaintext, expected, knownTip(tip).replyKey).body.text;
  } catch (error) {
    return refusal(error);
  }
}

/** An answer as one file for each reader, the same inside: for the tipster, to the key in the tip, and for each care point
 * that has a case, to its published key. `readers` is a list of {care_point, recipient}; gives reader -> file. */
export async function sealAnswer({ tip, number, text, readers }) {
  const point = unlocked();
  const { recipient, replyKey, language } = knownTip(tip);
  const points = readers.map((reader) => reader.care_point).sort();
  const own = { ...head("answer", tip, among(points, point), number, "coordinator"), language };
  const plaintext = heads.write(own, { text }, replyKey);
  const files = { tipster: await sealTo(recipient, plaintext) };
  for (const reader of readers) {
    const isOwn = reader.care_point === point.id;
    if (isOwn && reader.recipient !== point.recipient) throw new KeyRenewedError("not the published key any more");
    // What this browser unlocked counts for its own point, whatever the server says.
    files[reader.care_point] = await sealTo(isOwn ? point.recipient : reader.recipient, plaintext);
  }
  return files;
}

/** A note as a file for the own care point, and for nobody else: care point -> file. */
export async function sealNote({ tip, number, text }) {
  const point = unlocked();
  const { language } = knownTip(tip);
  const plaintext = heads.write({ ...head("note", tip, [point.id], number, "coordinator"), language }, { text });
  return { [point.id]: await sealTo(point.recipient, plaintext) };
}
