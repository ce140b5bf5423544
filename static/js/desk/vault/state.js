// What the vault knows while it is unlocked, and the small things that all its deeds say. The one place where keys are.

import * as ages from "../../formats/ages.js";
import { fromBase64Url, toBase64Url } from "../../formats/bytes.js";
import { FormatError } from "../../formats/errors.js";
import * as heads from "../../formats/heads.js";

const ANY_LANGUAGE = "nl"; // a head's language is told, never compared

/** The vault was asked for something before it was unlocked. */
export class LockedError extends FormatError {}

export const state = {
  unlocker: null, // { secret, login }: what opens the coordinator's own key; no login when it is a passkey
  own: null, // the coordinator's own secret key
  carePoint: null, // { id, number, recipient, secret, older }: the published key, and secrets of the keys before it
  made: null, // { id, number, secret, recipient, sheet }: a key that is not published yet
  tips: new Map(), // id -> { recipient, replyKey, language }
};

/** Forgets every key and everything that was opened. */
export function lock() {
  state.unlocker = null;
  state.own = null;
  state.carePoint = null;
  state.made = null;
  state.tips = new Map();
}

/** This care point, with its unlocked key. */
export function unlocked() {
  if (!state.carePoint) throw new LockedError("the vault is locked");
  return state.carePoint;
}

/** What was sealed to this care point: to its key, or, until everything is sealed again, to one before it. */
export async function openForPoint(sealed) {
  const { secret, older } = unlocked();
  const file = fromBase64Url(sealed);
  for (const each of [secret, ...older]) {
    try {
      return await ages.open(file, each);
    } catch (error) {
      if (!(error instanceof ages.WrongKeyError)) throw error;
    }
  }
  throw new ages.WrongKeyError("sealed to none of this care point's keys");
}

/** What an opened tip said about how to answer it. */
export function knownTip(id) {
  const tip = state.tips.get(id);
  if (!tip) throw new LockedError("this tip was not opened");
  return tip;
}

export function head(kind, tip, points, number, author) {
  return { kind, tip, care_points: points, number, author, language: ANY_LANGUAGE };
}

/** The care points that a file names, if this one is among them. */
export function among(points, point) {
  if (!points.includes(point.id)) throw new heads.WrongCarePointError("not for this care point");
  return points;
}

/** A file of this plaintext for one recipient, looked at once more, in base64url. */
export async function sealTo(recipient, plaintext) {
  const file = await ages.seal(plaintext, [recipient]);
  ages.check(file, 1);
  return toBase64Url(file);
}

/** A file that is not what it should be can't be shown: null. Any other error is ours. */
export function refusal(error) {
  if (error instanceof FormatError && !(error instanceof LockedError)) return null;
  throw error;
}
