// The coordinator's own key: making it, and sealing it to what will unlock it.

import * as ages from "../../formats/ages.js";
import { fromBase64Url, toBase64Url } from "../../formats/bytes.js";
import * as fingerprints from "../../formats/fingerprints.js";
import * as heads from "../../formats/heads.js";
import * as passkeys from "../../formats/passkeys.js";
import * as passphrases from "../../formats/passphrases.js";
import { head, LockedError, sealTo, state } from "./state.js";

const SEED = 32;
const FIRST_KEY = 1;

/** Makes a key for a coordinator who has none yet. Gives its public part. */
async function makeOwn() {
  state.own = ages.secretFromSeed(crypto.getRandomValues(new Uint8Array(SEED)));
  return { recipient: await ages.recipientOf(state.own) };
}

/** The 25 digits by which people recognise this coordinator's key, made from the secret itself. */
async function ownFingerprint() {
  return fingerprints.of(await ages.recipientOf(own()));
}

/** A fresh passphrase, to be shown once. */
function newPassphrase() {
  return passphrases.fresh();
}

/** The half of a passphrase that signs in. Nothing is kept. */
function signInHalf({ passphrase, login, salt }) {
  return toBase64Url(passphrases.stretch(passphrase, login, fromBase64Url(salt)).signIn);
}

/** The coordinator's key as a file that this passphrase unlocks, and the half that signs in. */
async function wrapForPassphrase({ passphrase, login, salt, carePoint }) {
  const halves = passphrases.stretch(passphrase, login, fromBase64Url(salt));
  return { half: toBase64Url(halves.signIn), wrapped: await wrapped(halves.unlock, login, carePoint) };
}

/** The coordinator's key as a file that what this passkey evaluated unlocks. */
async function wrapForPasskey({ evaluated, login, carePoint }) {
  return wrapped(passkeys.seedOf(evaluated), login, carePoint);
}

/** What a passkey evaluated is what will unlock: see `unlock`. */
function takePasskey({ evaluated }) {
  state.unlocker = { secret: ages.secretFromSeed(passkeys.seedOf(evaluated)), login: null };
}

async function wrapped(seed, login, carePoint) {
  const body = { login: passphrases.normaliseLogin(login), secret: own() };
  const plaintext = heads.write(head("key", null, [carePoint], FIRST_KEY, "coordinator"), body);
  return sealTo(await ages.recipientOf(ages.secretFromSeed(seed)), plaintext);
}

function own() {
  if (!state.own) throw new LockedError("no key of this coordinator");
  return state.own;
}

export const ownKeyDeeds = {
  makeOwn,
  newPassphrase,
  ownFingerprint,
  signInHalf,
  takePasskey,
  wrapForPasskey,
  wrapForPassphrase,
};
