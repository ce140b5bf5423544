// The vault: a worker of its own, the only place where keys are unlocked. It is asked for deeds and gives back texts that
// people may read, and sealed files. A secret key, a reply key or the unlocking half of a passphrase never leaves it.
//
// Every file is read with an expectation of what it must be at the place where it was found, so its kind is checked before
// anything in it is used. Nothing that was opened goes to the server: see docs/threat-model.md.

import * as ages from "../formats/ages.js";
import { fromBase64Url, toBase64Url } from "../formats/bytes.js";
import { FormatError } from "../formats/errors.js";
import * as heads from "../formats/heads.js";
import * as passphrases from "../formats/passphrases.js";

const FIRST_KEY = 1;
const SPEAKERS = { answer: "coordinator", addition: "tipster" };
const ANY_LANGUAGE = "nl"; // a head's language is told, never compared

/** The passphrase does not open the wrapped key. */
class WrongPassphraseError extends FormatError {}

/** What opened is not this coordinator's own key. */
class NotYourKeyError extends FormatError {}

/** The care point has no published key. */
class NoPublishedKeyError extends FormatError {}

/** Nobody gave this coordinator the published key. */
class NoGrantError extends FormatError {}

/** The key that was given is not the published one. */
class AlarmError extends FormatError {}

/** The vault was asked for something before it was unlocked. */
class LockedError extends FormatError {}

let unlocker = null;
let carePoint = null; // { id, recipient, secret }
let tips = new Map(); // id -> { recipient, replyKey, language }

/** Stretches the passphrase. The half that signs in is given back; the half that unlocks stays here. */
function stretch({ passphrase, login, salt }) {
  const halves = passphrases.stretch(passphrase, login, fromBase64Url(salt));
  unlocker = { secret: ages.secretFromSeed(halves.unlock), login: passphrases.normaliseLogin(login) };
  return toBase64Url(halves.signIn);
}

/** Opens the coordinator's key, with it the care point's, and compares that with the published one. */
async function unlock({ carePoint: id, wrapped, grants, published }) {
  if (!unlocker) throw new LockedError("no passphrase yet");
  if (!published) throw new NoPublishedKeyError("no published key");
  const own = await ownSecret(id, wrapped);
  const secret = await grantedSecret(id, grants, published.number, own);
  const recipient = await ages.recipientOf(secret);
  if (recipient !== published.recipient) throw new AlarmError("another key than the published one");
  unlocker = null;
  carePoint = { id, recipient, secret };
  tips = new Map();
  return { number: published.number };
}

async function ownSecret(id, wrapped) {
  const files = wrapped.filter((one) => one.unlocker === "passphrase");
  const plaintext = await firstOpened(files, unlocker.secret, WrongPassphraseError);
  const { body } = heads.read(plaintext, head("key", null, id, FIRST_KEY, "coordinator"));
  if (body.login !== unlocker.login) throw new NotYourKeyError("another login");
  return body.secret;
}

async function grantedSecret(id, grants, number, own) {
  const files = grants.filter((grant) => grant.care_point === id && grant.number === number);
  const plaintext = await firstOpened(files, own, NoGrantError);
  const { body } = heads.read(plaintext, head("grant", null, id, number, "coordinator"));
  if (body.care_point !== id) throw new AlarmError("a grant of another care point");
  return body.secret;
}

async function firstOpened(files, secret, NoneError) {
  for (const { sealed } of files) {
    try {
      return await ages.open(fromBase64Url(sealed), secret);
    } catch (error) {
      if (!(error instanceof ages.WrongKeyError)) throw error;
    }
  }
  throw new NoneError("none of the files opens with this key");
}

/** What each tip says, or null for one that is not a tip of this care point. Its reply key stays here. */
async function openTips({ sealed }) {
  const opened = [];
  for (const one of sealed) opened.push(await openTip(one));
  return opened;
}

async function openTip({ id, sealed }) {
  const point = unlocked();
  try {
    const plaintext = await ages.open(fromBase64Url(sealed), point.secret);
    const { head: found, body } = heads.read(plaintext, head("tip", id, point.id, 1, "tipster"));
    const known = tips.get(id);
    if (known && known.recipient !== body.tipster.recipient) {
      // Another tip was put in the place of the one that was opened: no answer may go to whoever did that.
      throw new heads.WrongTipError("another tip than the one that was opened");
    }
    const replyKey = fromBase64Url(body.tipster.reply_key);
    tips.set(id, { recipient: body.tipster.recipient, replyKey, language: found.language });
    return { answers: body.answers, meantFor: body.meant_for, place: body.place, language: found.language };
  } catch (error) {
    return refusal(error);
  }
}

/** The text of each message of an opened tip, or null for one that was not written by whom it should be. */
async function openMessages({ tip, messages }) {
  const opened = [];
  for (const message of messages) opened.push(await openMessage(tip, message));
  return opened;
}

async function openMessage(tip, { kind, number, sealed }) {
  const point = unlocked();
  try {
    if (!Object.hasOwn(SPEAKERS, kind)) throw new heads.WrongKindError("not a message of the conversation");
    const plaintext = await ages.open(fromBase64Url(sealed), point.secret);
    return heads.read(plaintext, head(kind, tip, point.id, number, SPEAKERS[kind]), knownTip(tip).replyKey).body.text;
  } catch (error) {
    return refusal(error);
  }
}

/** An answer as two files, the same inside: one for the tipster, to the key in the tip, and one for the care point. */
async function sealAnswer({ tip, number, text }) {
  const point = unlocked();
  const { recipient, replyKey, language } = knownTip(tip);
  const own = { ...head("answer", tip, point.id, number, "coordinator"), language };
  const plaintext = heads.write(own, { text }, replyKey);
  const [forTipster, forDesk] = [await ages.seal(plaintext, [recipient]), await ages.seal(plaintext, [point.recipient])];
  ages.check(forTipster, 1);
  ages.check(forDesk, 1);
  return { forTipster: toBase64Url(forTipster), forDesk: toBase64Url(forDesk) };
}

/** Forgets every key and everything that was opened. */
function lock() {
  unlocker = null;
  carePoint = null;
  tips = new Map();
}

function head(kind, tip, point, number, author) {
  return { kind, tip, care_points: [point], number, author, language: ANY_LANGUAGE };
}

function unlocked() {
  if (!carePoint) throw new LockedError("the vault is locked");
  return carePoint;
}

function knownTip(id) {
  const tip = tips.get(id);
  if (!tip) throw new LockedError("this tip was not opened");
  return tip;
}

/** A file that is not what it should be can't be shown; any other error is ours. */
function refusal(error) {
  if (error instanceof FormatError && !(error instanceof LockedError)) return null;
  throw error;
}

const DEEDS = { stretch, unlock, openTips, openMessages, sealAnswer, lock };

self.addEventListener("message", async ({ data: { call, deed, details } }) => {
  try {
    self.postMessage({ call, result: await DEEDS[deed](details) });
  } catch (error) {
    // Its name only: a message could quote what was opened.
    self.postMessage({ call, error: error.name });
  }
});
