// Making a passkey and signing with one. In the same call it evaluates the secret that unlocks the coordinator's key: that
// goes to the vault, is dropped here at once, and is never sent. So nothing here uses `toJSON()` of a credential, which
// would write what was evaluated among what is posted.

import { fromBase64Url, toBase64Url } from "../formats/bytes.js";
import { prfInput } from "../formats/passkeys.js";

const MINUTES = 3;
const ALGORITHMS = [-8, -7, -257]; // Ed25519, ECDSA with P-256, RSA: what the server verifies

/** There is no passkey here, or its owner would rather not. */
export class NoPasskeyError extends Error {}

/** This passkey, or this browser, can't evaluate a secret: it can't unlock a key. */
export class NoPrfError extends Error {}

/** This device has a passkey of this coordinator already. */
export class KnownPasskeyError extends Error {}

/** Whether this browser knows passkeys at all. */
export function arePossible() {
  return typeof window.PublicKeyCredential === "function";
}

/** What a passkey says to this challenge: {credential}, the text to post, and {evaluated}, 32 bytes for the vault, or null
 * when it evaluates nothing. With `only`, a list of credentials' ids, one of those. */
export async function sign({ challenge, salt, only = [] }) {
  const signed = await asked(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: new TextEncoder().encode(challenge),
        rpId: window.location.hostname,
        allowCredentials: only.map(descriptor),
        userVerification: "required",
        extensions: evaluating(salt),
        timeout: MINUTES * 60_000,
      },
    }),
  );
  const { authenticatorData, clientDataJSON, signature, userHandle } = signed.response;
  const told = { authenticatorData, clientDataJSON, signature, ...(userHandle && { userHandle }) };
  return { credential: text(signed, told), evaluated: evaluatedBy(signed) };
}

/** A new passkey for this coordinator: {credential}, the text to post, and {evaluated}, 32 bytes for the vault. Throws
 * NoPrfError when it can't unlock a key: then the server is told nothing of it. */
export async function make({ challenge, salt, coordinator, login, name, known = [] }) {
  const made = await asked(() =>
    navigator.credentials.create({
      publicKey: {
        challenge: new TextEncoder().encode(challenge),
        rp: { id: window.location.hostname, name: "Signaallijn" },
        user: { id: new TextEncoder().encode(coordinator), name: login, displayName: name },
        pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
        excludeCredentials: known.map(descriptor),
        authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
        attestation: "none",
        extensions: evaluating(salt),
        timeout: MINUTES * 60_000,
      },
    }),
  );
  const { attestationObject, clientDataJSON } = made.response;
  const credential = text(made, { attestationObject, clientDataJSON });
  const evaluated = evaluatedBy(made) ?? (await evaluatedAfterwards(made, salt));
  if (!evaluated) throw new NoPrfError("evaluates nothing");
  return { credential, evaluated };
}

/** Some passkeys evaluate only when they sign. What they sign here is no challenge of the server and is not sent. */
async function evaluatedAfterwards(made, salt) {
  if (!made.getClientExtensionResults().prf?.enabled) return null;
  const challenge = toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
  return (await sign({ challenge, salt, only: [toBase64Url(new Uint8Array(made.rawId))] })).evaluated;
}

async function asked(question) {
  try {
    const answer = await question();
    if (answer) return answer;
  } catch (error) {
    if (error.name === "InvalidStateError") throw new KnownPasskeyError("there is one already");
    if (!["NotAllowedError", "AbortError", "NotSupportedError"].includes(error.name)) throw error;
  }
  throw new NoPasskeyError("nothing was signed");
}

function evaluating(salt) {
  return { prf: { eval: { first: prfInput(fromBase64Url(salt)) } } };
}

function evaluatedBy(credential) {
  const first = credential.getClientExtensionResults().prf?.results?.first;
  return first ? new Uint8Array(first) : null;
}

/** A credential as the server reads it: its id and what it signed, and nothing else. */
function text(credential, response) {
  const id = toBase64Url(new Uint8Array(credential.rawId));
  const parts = Object.entries(response).map(([name, bytes]) => [name, toBase64Url(new Uint8Array(bytes))]);
  return JSON.stringify({ id, rawId: id, type: credential.type, response: Object.fromEntries(parts) });
}

function descriptor(id) {
  return { type: "public-key", id: fromBase64Url(id) };
}
