// Runs the vectors against static/js/formats in a module worker, under the same Content-Security-Policy as the desk.
// Answers with the names of the vectors that ran and of those that failed; tests/test_formats.py knows how many there are.

import * as ages from "/static/js/formats/ages.js";
import { clean } from "/static/js/formats/answers.js";
import { toBase64Url } from "/static/js/formats/bytes.js";
import * as canonical from "/static/js/formats/canonical.js";
import * as digits from "/static/js/formats/digits.js";
import * as fingerprints from "/static/js/formats/fingerprints.js";
import * as heads from "/static/js/formats/heads.js";
import * as padding from "/static/js/formats/padding.js";
import * as passkeys from "/static/js/formats/passkeys.js";
import * as passphrases from "/static/js/formats/passphrases.js";
import * as proposals from "/static/js/formats/proposals.js";
import * as receipts from "/static/js/formats/receipts.js";
import * as sealedAdditions from "/static/js/formats/sealed_additions.js";
import * as sealedPosts from "/static/js/formats/sealed_posts.js";
import * as sheets from "/static/js/formats/sheets.js";

const encode = (text) => new TextEncoder().encode(text);
const decode = (bytes) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
const fromHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const keyOf = (hex) => (hex === null ? undefined : fromHex(hex));

async function digestOf(bytes) {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/** The name of the error that a deed ends in, or null. */
async function errorOf(deed) {
  try {
    await deed();
    return null;
  } catch (error) {
    return error.name;
  }
}

const outcome = { ran: [], failed: [] };

function expect(name, got, wanted) {
  outcome.ran.push(name);
  if (JSON.stringify(got) !== JSON.stringify(wanted)) {
    outcome.failed.push(`${name}: ${String(JSON.stringify(got)).slice(0, 200)}, not ${String(JSON.stringify(wanted)).slice(0, 200)}`);
  }
}

async function runCanonical({ reads, refusals }) {
  for (const { name, value, text } of reads) {
    expect(`canonical ${name} written`, decode(canonical.write(value)), text);
    expect(`canonical ${name} read`, decode(canonical.write(canonical.read(encode(text)))), text);
  }
  for (const { name, hex, repeat } of refusals) {
    const bytes = hex === undefined ? encode(repeat[0].repeat(repeat[2]) + repeat[1].repeat(repeat[2])) : fromHex(hex);
    expect(`canonical ${name} refused`, await errorOf(() => canonical.read(bytes)), "NotCanonicalError");
  }
}

async function runPadding({ pads, too_large: tooLarge, refusals }) {
  for (const { length, bucket } of pads) {
    const plaintext = padding.pad(new Uint8Array(length).fill(0x78));
    expect(`padding ${length}`, [plaintext.length, padding.unpad(plaintext).length], [bucket, length]);
  }
  expect("padding too large", await errorOf(() => padding.pad(new Uint8Array(tooLarge))), "TooLargeError");
  for (const { name, parts } of refusals) {
    const bytes = encode(parts.map(([character, count]) => character.repeat(count)).join(""));
    expect(`padding ${name}`, await errorOf(() => padding.unpad(bytes)), "WrongPaddingError");
  }
}

async function runReceipts({ check_digits: checkDigits, makes, parses, refusals, derivations }) {
  for (const { name, bytes, digits: row } of makes) {
    const drawn = fromHex(bytes);
    let next = 0;
    expect(`receipt made of ${name}`, receipts.make((count) => drawn.slice(next, (next += count))), row);
  }
  for (const { digits: row, check } of checkDigits) {
    expect(`check digit of ${row}`, digits.checkDigit(row), check);
  }
  for (const { name, typed, digits: row } of parses) {
    expect(`receipt ${name}`, receipts.parse(typed), row);
  }
  for (const { name, typed, error } of refusals) {
    expect(`receipt ${name}`, await errorOf(() => receipts.parse(typed)), error);
  }
  for (const wanted of derivations) {
    const { lookupId, lookupDigest, seed, replyKey } = receipts.derive(wanted.digits, fromHex(wanted.salt));
    const recipient = await ages.recipientOf(ages.secretFromSeed(seed));
    expect(
      `receipt ${wanted.digits} derived`,
      [toHex(lookupId), toHex(lookupDigest), toHex(seed), toHex(replyKey), await digestOf(encode(recipient))],
      [wanted.lookup_id, wanted.lookup_digest, wanted.seed, wanted.reply_key, wanted.recipient_sha256],
    );
  }
}

async function runKeys({ identities, not_recipients: notRecipients }) {
  for (const { seed, recipient, fingerprint } of identities) {
    expect(`recipient of ${seed}`, await ages.recipientOf(ages.secretFromSeed(fromHex(seed))), recipient);
    expect(`fingerprint of ${seed}`, fingerprints.of(recipient), fingerprint);
  }
  for (const { name, text } of notRecipients) {
    expect(`fingerprint ${name}`, await errorOf(() => fingerprints.of(text)), "NotARecipientError");
    expect(`sealing to ${name}`, await errorOf(() => ages.seal(new Uint8Array(1), [text])), "NotARecipientError");
  }
}

async function runPassphrases({ parses, refusals, stretches }) {
  for (const { name, typed, symbols } of parses) {
    expect(`passphrase ${name}`, passphrases.parse(typed), symbols);
  }
  for (const { name, typed } of refusals) {
    expect(`passphrase ${name}`, await errorOf(() => passphrases.parse(typed)), "NotAPassphraseError");
  }
  for (const { typed, login, salt, ...wanted } of stretches) {
    const { signIn, unlock } = passphrases.stretch(typed, login, fromHex(salt));
    const recipient = await ages.recipientOf(ages.secretFromSeed(unlock));
    expect(
      `passphrase of ${login}`,
      [toHex(signIn), toHex(unlock), await digestOf(signIn), await digestOf(encode(recipient))],
      [wanted.sign_in, wanted.unlock, wanted.sign_in_digest, wanted.recipient_sha256],
    );
  }
}

/** A body of the vectors, in which {seed} stands for the secret made from it. */
function bodyOf(body) {
  const members = Object.entries(body).map(([name, member]) => [
    name,
    typeof member?.seed === "string" ? ages.secretFromSeed(fromHex(member.seed)) : member,
  ]);
  return Object.fromEntries(members);
}

async function runPasskeys({ inputs, seeds, refusals }) {
  for (const { salt, input } of inputs) {
    expect(`passkey input for ${salt}`, toHex(passkeys.prfInput(fromHex(salt))), input);
  }
  for (const { evaluated, seed, recipient_sha256: recipient } of seeds) {
    const found = passkeys.seedOf(fromHex(evaluated));
    const digest = await digestOf(encode(await ages.recipientOf(ages.secretFromSeed(found))));
    expect(`passkey seed of ${evaluated}`, [toHex(found), digest], [seed, recipient]);
  }
  for (const { name, evaluated } of refusals) {
    expect(`passkey ${name}`, await errorOf(() => passkeys.seedOf(fromHex(evaluated))), "NotAPrfError");
  }
}

async function runHeads({ writes, write_refusals: writeRefusals, read_refusals: readRefusals }) {
  for (const { name, head, body, reply_key: replyKey, length, sha256 } of writes) {
    const plaintext = heads.write(head, bodyOf(body), keyOf(replyKey));
    expect(`head ${name} written`, [plaintext.length, await digestOf(plaintext)], [length, sha256]);
    const found = heads.read(plaintext, { ...head, language: "nl" }, keyOf(replyKey));
    expect(`head ${name} read`, [found.head.kind, found.head.language], [head.kind, head.language]);
  }
  for (const { name, head, body, reply_key: replyKey, error } of writeRefusals) {
    expect(`head ${name}`, await errorOf(() => heads.write(head, bodyOf(body), keyOf(replyKey))), error);
  }
  for (const { name, text, expected, reply_key: replyKey, error } of readRefusals) {
    const plaintext = padding.pad(encode(text));
    expect(`head ${name}`, await errorOf(() => heads.read(plaintext, expected, keyOf(replyKey))), error);
  }
}

async function runSealedAdditions({ writes, refusals }) {
  const write = ({ lookup_id: lookupId, id, number, files }) =>
    sealedAdditions.write({
      lookupId: fromHex(lookupId),
      id,
      number,
      files: files.map((file) => ({ ...file, sealed: fromHex(file.sealed) })),
    });
  for (const vector of writes) expect(`addition ${vector.name}`, toHex(write(vector)), vector.bytes);
  for (const vector of refusals) {
    expect(`addition ${vector.name}`, await errorOf(() => write(vector)), "NotASealedAdditionError");
  }
}

async function runAges({ opens, refusals, counts }) {
  for (const { name, seed, file, sha256, check, recipients } of opens) {
    const bytes = fromBase64(file);
    const plaintext = await ages.open(bytes, ages.secretFromSeed(fromHex(seed)));
    expect(`age ${name} opened`, await digestOf(plaintext), sha256);
    expect(`age ${name} checked`, await errorOf(() => ages.check(bytes, recipients)), check);
  }
  for (const { name, seed, file, repeat, open, check } of refusals) {
    const bytes = file === undefined ? encode(repeat[0] + repeat[1].repeat(repeat[2])) : fromBase64(file);
    expect(`age ${name} opened`, await errorOf(() => ages.open(bytes, ages.secretFromSeed(fromHex(seed)))), open);
    expect(`age ${name} checked`, await errorOf(() => ages.check(bytes)), check);
  }
  for (const count of counts.wrong) {
    const error = await errorOf(() => ages.check(fromBase64(counts.file), count));
    expect(`age not ${count} recipients`, error, "WrongRecipientCountError");
  }
}

const FAILURES = {
  success: null,
  "no match": "WrongKeyError",
  "HMAC failure": "AlteredFileError",
  "header failure": "NotAnAgeFileError",
  "payload failure": "AlteredFileError",
};

async function vectorFile(name, compressed) {
  const { body } = await fetch(`/tests/vectors/cctv/${name}.age`);
  const plain = compressed === "zlib" ? body.pipeThrough(new DecompressionStream("deflate")) : body;
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

/** Hybrid vectors are opened; of the others, sealed to recipients we don't have, it is asked whether the header is sound. */
async function runPublished(index) {
  for (const [name, { expect: wanted, seeds, payload, compressed }] of Object.entries(index)) {
    const file = await vectorFile(name, compressed);
    if (seeds === undefined) {
      const error = wanted === "header failure" ? "NotAnAgeFileError" : "ForeignRecipientError";
      expect(`published ${name}`, await errorOf(() => ages.check(file)), error);
      continue;
    }
    const open = () => ages.open(file, ages.secretFromSeed(fromHex(seeds[0])));
    expect(`published ${name}`, await errorOf(open), FAILURES[wanted]);
    if (wanted === "success") {
      expect(`published ${name} text`, await digestOf(await open()), payload);
    }
  }
}

/** A secret as someone would type it: grouped otherwise, in small letters, with look-alikes. */
function typed(secret, { prefix, separator, every, lower, swaps }) {
  const symbols = secret.slice(-58);
  const written = Array.from(lower ? symbols.toLowerCase() : symbols, (symbol) => swaps[symbol] ?? symbol).join("");
  return prefix + written.match(new RegExp(`.{1,${every}}`, "g")).join(separator);
}

async function runSheets({ parses, refusals }) {
  for (const { name, seed, ...how } of parses) {
    const secret = ages.secretFromSeed(fromHex(seed));
    expect(`sheet ${name}`, await sheets.parse(typed(secret, how)), secret);
  }
  for (const { name, seed, cut, add } of refusals) {
    const secret = ages.secretFromSeed(fromHex(seed));
    expect(`sheet ${name}`, await errorOf(() => sheets.parse(secret.slice(0, secret.length - cut) + add)), "NotASheetError");
  }
}

const postOf = (files) => files.map((file) => ({ ...file, sealed: fromHex(file.sealed) }));

async function runSealedPosts({ writes, write_refusals: refusals, too_large: tooLarge }) {
  for (const { name, lookup_digest: digest, files, hex } of writes) {
    expect(`sealed post ${name}`, toHex(sealedPosts.write(fromHex(digest), postOf(files))), hex);
  }
  for (const { name, lookup_digest: digest, files } of refusals) {
    const error = await errorOf(() => sealedPosts.write(fromHex(digest), postOf(files)));
    expect(`sealed post with ${name}`, error, "NotASealedPostError");
  }
  const [{ lookup_digest: digest, files }] = writes;
  const sized = (length) => () => sealedPosts.write(fromHex(digest), [{ ...postOf(files)[0], sealed: new Uint8Array(length) }]);
  expect("sealed post as large as may be", await errorOf(sized(tooLarge)), null);
  expect("sealed post too large", await errorOf(sized(tooLarge + 1)), "NotASealedPostError");
}

async function runAnswers({ cleans }) {
  for (const { name, typed: text, kept } of cleans) expect(`answer ${name}`, clean(text), kept);
}

async function runProposals({ macs }) {
  for (const { own_seed: own, key_seed: key, sheet_seed: sheet, care_point, number, mac } of macs) {
    const recipientOf = async (seed) => (seed === null ? "" : ages.recipientOf(ages.secretFromSeed(fromHex(seed))));
    const proposal = { care_point, number, recipient: await recipientOf(key), sheet_recipient: await recipientOf(sheet) };
    const ownSecret = ages.secretFromSeed(fromHex(own));
    expect(`proposal of ${own}`, toHex(proposals.macOf(proposal, ownSecret)), mac);
    expect(`proposal of ${own} known`, proposals.isMadeBy(proposal, fromHex(mac), ownSecret), true);
    expect(`proposal of ${own} forged`, proposals.isMadeBy({ ...proposal, number: 99 }, fromHex(mac), ownSecret), false);
  }
}

async function runAll() {
  const load = async (name) => (await fetch(`/tests/vectors/${name}.json`)).json();
  await runCanonical(await load("canonical"));
  await runPadding(await load("padding"));
  await runReceipts(await load("receipts"));
  await runKeys(await load("keys"));
  await runPassphrases(await load("passphrases"));
  await runPasskeys(await load("passkeys"));
  await runHeads(await load("heads"));
  await runAges(await load("ages"));
  await runSealedAdditions(await load("sealed_additions"));
  await runSheets(await load("sheets"));
  await runProposals(await load("proposals"));
  await runSealedPosts(await load("sealed_posts"));
  await runAnswers(await load("answers"));
  await runPublished(await load("cctv/index"));
  expect("base64url", toBase64Url(Uint8Array.of(0xfb, 0xff)), "-_8");
  return outcome;
}

self.postMessage(await runAll().catch((error) => ({ ran: [], failed: [`${error.stack}`] })));
