// Making, giving, practising and recovering the care point's key. What is published stands in the key file: `published`.
// No key is sealed to anyone whose fingerprint does not stand there, whatever the database says.

import * as ages from "../../formats/ages.js";
import { fromBase64Url, toBase64Url } from "../../formats/bytes.js";
import { FormatError } from "../../formats/errors.js";
import * as fingerprints from "../../formats/fingerprints.js";
import * as heads from "../../formats/heads.js";
import * as proposals from "../../formats/proposals.js";
import * as sheets from "../../formats/sheets.js";
import { AlarmError, firstOpened, grantedSecret, openPoint, secretIn } from "./point.js";
import { head, LockedError, sealTo, state, unlocked } from "./state.js";

const SEED = 32;

/** The one who should be given the key has another public key than any that the key file names. */
export class NotApprovedError extends FormatError {}

/** What was typed in is another sheet's secret than the one that is asked for. */
export class AnotherSheetError extends FormatError {}

/** The proposed key in the database is not the one that this coordinator's browser made. */
export class ForgedProposalError extends FormatError {}

/** A new key for the care point and, where wanted, a recovery sheet. Both stay here but for the sheet, which is to be
 * printed. Nothing is kept anywhere before the sheet was typed in again. */
async function makeKey({ carePoint, number, withSheet }) {
  own();
  const secret = newSecret();
  const sheetSecret = withSheet ? newSecret() : null;
  const sheet = sheetSecret && { secret: sheetSecret, recipient: await ages.recipientOf(sheetSecret), isTyped: false };
  state.made = { id: carePoint, number, secret, recipient: await ages.recipientOf(secret), sheet };
  const paper = sheet && {
    secret: sheet.secret,
    groups: sheets.grouped(sheet.secret),
    code: fingerprints.of(sheet.recipient),
  };
  return { sheet: paper };
}

/** Holds the sheet as it was typed in against the one that was printed. */
async function typeSheet({ typed }) {
  const { sheet } = made();
  if ((await sheets.parse(typed)) !== sheet.secret) throw new AnotherSheetError("not the sheet that was printed");
  sheet.isTyped = true;
}

/** What is kept of the new key until it is approved: its public part, its secret part sealed to oneself and to the
 * sheet, and the MAC by which this browser will know it again. */
async function sealProposal() {
  const { id, number, secret, recipient, sheet } = made();
  if (sheet && !sheet.isTyped) throw new AnotherSheetError("the sheet was not typed in");
  const proposal = { care_point: id, number, recipient, sheet_recipient: sheet?.recipient ?? "" };
  const grant = await sealedGrant(id, number, secret, await ages.recipientOf(own()));
  const sheetGrant = sheet ? await sealedGrant(id, number, secret, sheet.recipient) : "";
  const mac = toBase64Url(proposals.macOf(proposal, own()));
  return { ...proposal, mac, grant, sheet: sheetGrant };
}

/** Seals the published key to a colleague, whose fingerprint must stand in the key file. */
async function grantKey({ recipient, published }) {
  const { id, number, secret } = current(published);
  checkApproved(recipient, published);
  return { number, sealed: await sealedGrant(id, number, secret, recipient) };
}

/** Seals a proposed key, of one's own making, to each of these colleagues whose fingerprint stands in the key file of the
 * key that it replaces. Gives [{id, sealed}]; others are left out. */
async function grantProposed({ people, proposal, grants, published }) {
  const secret = await proposedSecret(proposal, grants);
  const named = fingerprintsOf(published);
  const files = [];
  for (const { id, recipient } of people) {
    if (!named.has(codeOf(recipient))) continue;
    files.push({ id, sealed: await sealedGrant(proposal.care_point, proposal.number, secret, recipient) });
  }
  return files;
}

/** The codes to be read out for a proposed key of one's own making: of the key and of its sheet. */
async function proposalCodes({ proposal, grants }) {
  await proposedSecret(proposal, grants);
  const sheet = proposal.sheet_recipient;
  return { key: fingerprints.of(proposal.recipient), sheet: sheet ? fingerprints.of(sheet) : null };
}

/** Opens the sheet's grant with the sheet as it was typed in. Throws when what opens is not the published key. */
async function practise({ typed, carePoint, sealed, published }) {
  await openedWithSheet(typed, carePoint, sealed, published);
  return { number: published.number };
}

/** The same, and seals the key to the coordinator himself, who must stand in the key file. */
async function recover({ typed, carePoint, sealed, published }) {
  const recipient = await ages.recipientOf(own());
  checkApproved(recipient, published);
  const secret = await openedWithSheet(typed, carePoint, sealed, published);
  return { number: published.number, sealed: await sealedGrant(carePoint, published.number, secret, recipient) };
}

/** Opens the care point's key with one's own, which is open already: a colleague gave it meanwhile, or the sheet did. */
async function reopen({ carePoint: id, grants, published }) {
  return openPoint({ id, own: own(), grants, published });
}

/** One's own code, and of each of these people the code of the key that the database keeps for him; null for what is no
 * key. One's own comes from one's own secret. */
async function codes({ people }) {
  const entries = people.map(({ id, recipient }) => [id, codeOf(recipient)]);
  return { own: fingerprints.of(await ages.recipientOf(own())), people: Object.fromEntries(entries) };
}

/** For each file: it sealed again to the published key, null when it is already, and "unreadable" when none of the keys
 * that this coordinator has opens it. What it says stays the same, byte for byte. */
async function sealAgain({ files }) {
  const sealed = [];
  for (const file of files) sealed.push(await again(file));
  return sealed;
}

/** What the vault can be asked for about keys. */
export const keyDeeds = {
  codes,
  grantKey,
  grantProposed,
  makeKey,
  practise,
  proposalCodes,
  recover,
  reopen,
  sealAgain,
  sealProposal,
  typeSheet,
};

async function again({ sealed }) {
  const point = unlocked();
  const file = fromBase64Url(sealed);
  try {
    if (await opens(file, point.secret)) return null;
    for (const older of point.older) {
      const plaintext = await opens(file, older);
      if (plaintext) return { seen: await digest(file), sealed: await sealTo(point.recipient, plaintext) };
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  return "unreadable";
}

async function opens(file, secret) {
  try {
    return await ages.open(file, secret);
  } catch (error) {
    if (error instanceof ages.WrongKeyError) return null;
    throw error;
  }
}

async function digest(file) {
  return toBase64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", file)));
}

async function sealedGrant(id, number, secret, recipient) {
  const plaintext = heads.write(head("grant", null, [id], number, "coordinator"), { care_point: id, secret });
  return sealTo(recipient, plaintext);
}

async function openedWithSheet(typed, id, sealed, published) {
  const secret = await sheets.parse(typed);
  if (codeOf(await ages.recipientOf(secret)) !== published.recovery_sheet) {
    throw new AnotherSheetError("not the sheet that the key file names");
  }
  const plaintext = await firstOpened([{ sealed }], secret, AlarmError);
  const found = secretIn(plaintext, id, published.number);
  if ((await ages.recipientOf(found)) !== published.recipient) throw new AlarmError("another key than the published one");
  return found;
}

/** The secret of a proposed key that this very coordinator made, by its MAC; its grant must open to the same key. */
async function proposedSecret(proposal, grants) {
  if (!proposals.isMadeBy(proposal, fromBase64Url(proposal.mac), own())) {
    throw new ForgedProposalError("the MAC is not mine");
  }
  const secret = await grantedSecret(proposal.care_point, grants, proposal.number);
  if (!secret || (await ages.recipientOf(secret)) !== proposal.recipient) {
    throw new ForgedProposalError("my grant opens another key");
  }
  return secret;
}

function checkApproved(recipient, published) {
  if (!fingerprintsOf(published).has(codeOf(recipient))) throw new NotApprovedError("not in the key file");
}

function fingerprintsOf(published) {
  return new Set((published?.holders ?? []).map((holder) => holder.fingerprint));
}

/** The fingerprint of a recipient of the database, which may hold anything; null for what is none. */
function codeOf(recipient) {
  try {
    return fingerprints.of(recipient);
  } catch (error) {
    if (error instanceof ages.NotARecipientError) return null;
    throw error;
  }
}

/** The unlocked key, if it is still the published one. */
function current(published) {
  const point = unlocked();
  if (point.recipient !== published?.recipient) throw new AlarmError("another key than the published one");
  return point;
}

function made() {
  if (!state.made) throw new LockedError("no key was made");
  return state.made;
}

function own() {
  if (!state.own) throw new LockedError("the vault is locked");
  return state.own;
}

function newSecret() {
  return ages.secretFromSeed(crypto.getRandomValues(new Uint8Array(SEED)));
}
