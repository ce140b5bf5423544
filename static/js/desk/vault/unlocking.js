// Opening the coordinator's own key, and with it the care point's.

import * as ages from "../../formats/ages.js";
import { fromBase64Url, toBase64Url } from "../../formats/bytes.js";
import { FormatError } from "../../formats/errors.js";
import * as heads from "../../formats/heads.js";
import * as passphrases from "../../formats/passphrases.js";
import { head, LockedError, state } from "./state.js";

const FIRST_KEY = 1;

/** The passphrase does not open the wrapped key. */
export class WrongPassphraseError extends FormatError {}

/** What opened is not this coordinator's own key. */
export class NotYourKeyError extends FormatError {}

/** The care point has no published key. */
export class NoPublishedKeyError extends FormatError {}

/** Nobody gave this coordinator the published key. */
export class NoGrantError extends FormatError {}

/** The key that was given is not the published one. */
export class AlarmError extends FormatError {}

/** Stretches the passphrase. The half that signs in is given back; the half that unlocks stays here. */
export function stretch({ passphrase, login, salt }) {
  const halves = passphrases.stretch(passphrase, login, fromBase64Url(salt));
  state.unlocker = { secret: ages.secretFromSeed(halves.unlock), login: passphrases.normaliseLogin(login) };
  return toBase64Url(halves.signIn);
}

/** Opens the coordinator's key, with it the care point's, and compares that with the published one. */
export async function unlock({ carePoint: id, wrapped, grants, published }) {
  if (!state.unlocker) throw new LockedError("no passphrase yet");
  if (!published) throw new NoPublishedKeyError("no published key");
  const own = await ownSecret(id, wrapped);
  const secret = await grantedSecret(id, grants, published.number, own);
  const recipient = await ages.recipientOf(secret);
  if (recipient !== published.recipient) throw new AlarmError("another key than the published one");
  state.unlocker = null;
  state.own = own;
  state.carePoint = { id, recipient, secret };
  state.tips = new Map();
  return { number: published.number };
}

async function ownSecret(id, wrapped) {
  const files = wrapped.filter((one) => one.unlocker === "passphrase");
  const plaintext = await firstOpened(files, state.unlocker.secret, WrongPassphraseError);
  const { body } = heads.read(plaintext, head("key", null, [id], FIRST_KEY, "coordinator"));
  if (body.login !== state.unlocker.login) throw new NotYourKeyError("another login");
  return body.secret;
}

async function grantedSecret(id, grants, number, own) {
  const files = grants.filter((grant) => grant.care_point === id && grant.number === number);
  const plaintext = await firstOpened(files, own, NoGrantError);
  const { body } = heads.read(plaintext, head("grant", null, [id], number, "coordinator"));
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
