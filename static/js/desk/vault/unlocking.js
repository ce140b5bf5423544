// Opening the coordinator's own key, and with it the care point's.

import * as ages from "../../formats/ages.js";
import { fromBase64Url, toBase64Url } from "../../formats/bytes.js";
import { FormatError } from "../../formats/errors.js";
import * as heads from "../../formats/heads.js";
import * as passphrases from "../../formats/passphrases.js";
import { checkOwn, firstOpened, openPoint } from "./point.js";
import { head, LockedError, state } from "./state.js";

const FIRST_KEY = 1;

/** The passphrase does not open the wrapped key. */
export class WrongPassphraseError extends FormatError {}

/** What the passkey evaluated opens no wrapped key: it was made for another one, or removed. */
export class WrongPasskeyError extends FormatError {}

/** What opened is not this coordinator's own key. */
export class NotYourKeyError extends FormatError {}

/** Stretches the passphrase. The half that signs in is given back; the half that unlocks stays here. */
export function stretch({ passphrase, login, salt }) {
  const halves = passphrases.stretch(passphrase, login, fromBase64Url(salt));
  state.unlocker = { secret: ages.secretFromSeed(halves.unlock), login: passphrases.normaliseLogin(login) };
  return toBase64Url(halves.signIn);
}

/** Opens the coordinator's key and, where he was given it, the care point's: see `openPoint`. */
export async function unlock({ carePoint: id, recipient, wrapped, grants, published }) {
  if (!state.unlocker) throw new LockedError("no passphrase yet");
  const own = await ownSecret(id, wrapped);
  await checkOwn(own, recipient);
  const opened = await openPoint({ id, own, grants, published });
  state.unlocker = null;
  return opened;
}

async function ownSecret(id, wrapped) {
  const { secret, login } = state.unlocker;
  const isByPassphrase = login !== null;
  const files = wrapped.filter((one) => (one.unlocker === "passphrase") === isByPassphrase);
  const plaintext = await firstOpened(files, secret, isByPassphrase ? WrongPassphraseError : WrongPasskeyError);
  const { body } = heads.read(plaintext, head("key", null, [id], FIRST_KEY, "coordinator"));
  // A passkey tells by itself whose it is: nothing was typed that the file could be compared with.
  if (isByPassphrase && body.login !== login) throw new NotYourKeyError("another login");
  return body.secret;
}
