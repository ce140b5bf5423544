// Opening the care point's key with the coordinator's own, and holding it against the key file.

import * as ages from "../../formats/ages.js";
import { fromBase64Url } from "../../formats/bytes.js";
import { FormatError } from "../../formats/errors.js";
import * as heads from "../../formats/heads.js";
import { head, refusal, state } from "./state.js";

/** The key that was given is not the published one. */
export class AlarmError extends FormatError {}

/** The server keeps another public key of this coordinator than the one that belongs to his secret. */
export class OwnKeyAlarmError extends FormatError {}

/** Keeps the coordinator's own secret, and opens the care point's with it. Gives {number} of the published key; or what
 * is lacking, {lacks: "key"} when none is published and {lacks: "grant"} when nobody gave it to this coordinator yet.
 * Any key before it that he was given is kept too: what is not sealed again yet opens with those. */
export async function openPoint({ id, own, grants, published }) {
  state.own = own;
  state.carePoint = null;
  state.tips = new Map();
  if (!published) return { lacks: "key" };
  const secret = await grantedSecret(id, grants, published.number);
  if (!secret) return { lacks: "grant" };
  const recipient = await ages.recipientOf(secret);
  if (recipient !== published.recipient) throw new AlarmError("another key than the published one");
  const older = await olderSecrets(id, grants, published.number);
  state.carePoint = { id, number: published.number, recipient, secret, older };
  return { number: published.number, older: older.length };
}

/** Refuses a public key, as the server keeps it for this coordinator, that is not that of his secret. */
export async function checkOwn(own, recipient) {
  if ((await ages.recipientOf(own)) !== recipient) throw new OwnKeyAlarmError("another public key than my own");
}

/** The care point's secret of this number, as it was given to this coordinator; null when it was not. */
export async function grantedSecret(id, grants, number) {
  const files = grants.filter((grant) => grant.care_point === id && grant.number === number);
  const plaintext = await firstOpened(files, state.own, null);
  return plaintext && secretIn(plaintext, id, number);
}

/** The secret in the plaintext of a grant. */
export function secretIn(plaintext, id, number) {
  const { body } = heads.read(plaintext, head("grant", null, [id], number, "coordinator"));
  if (body.care_point !== id) throw new AlarmError("a grant of another care point");
  return body.secret;
}

/** What the first file says that this key opens. None: throws `NoneError`, or gives null where there is no such error. */
export async function firstOpened(files, secret, NoneError) {
  for (const { sealed } of files) {
    try {
      return await ages.open(fromBase64Url(sealed), secret);
    } catch (error) {
      if (!(error instanceof ages.WrongKeyError)) throw error;
    }
  }
  if (NoneError) throw new NoneError("none of the files opens with this key");
  return null;
}

async function olderSecrets(id, grants, current) {
  const numbers = grants.map((grant) => grant.number).filter((number) => number < current);
  const found = [];
  for (const number of numbers.sort((one, other) => other - one)) {
    try {
      const secret = await grantedSecret(id, grants, number);
      if (secret) found.push(secret);
    } catch (error) {
      refusal(error); // a file that is no grant of this key opens nothing; the published key is not touched by it
    }
  }
  return found;
}
