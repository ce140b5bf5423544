// Before anything is sealed in earnest: does this browser do everything as it should? Known values, made by tipline/sealing.py
// and tipline/receipts.py, and a whole way with a throw-away key.

import { sha256 } from "../../vendor/age-encryption-0.3.1.min.js";
import * as ages from "../formats/ages.js";
import { areEqual, fromBase64 } from "../formats/bytes.js";
import { FormatError } from "../formats/errors.js";
import * as fingerprints from "../formats/fingerprints.js";
import * as heads from "../formats/heads.js";
import * as receipts from "../formats/receipts.js";

const RECEIPT = "3074185296307418529630749"; // nobody's
const SALT = Uint8Array.from({ length: 32 }, (_, index) => index);
const LOOKUP_DIGEST = "32261e5c41f515ea4a2a2107a38cdd04a43abed694210614e95280484024c527";
const FINGERPRINT = "0496166282375506226195300";
const TEXT = "Dit is een proef.";
const FILE = [
  "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IG1sa2VtNzY4eDI1NTE5IEhSNG1uSXIwOUVTTlhhbStnTm8rVnZaM0x1ZnprVlFXMGtxNUVlbWhncitI",
  "R0ErT2YxSkR1NndQclovMHdHY2srM0xnM01HektWU2dnL1BPK3ZFOVVKakRRVXIvOGU1RCtZUFJiZjAwOGFvTzRYVjFYQjlMNVF1Yk52Z2d5NUdO",
  "Q0Rrb2xhaWdablRlSW4ybWdRTWxaYzk0aGF4TXRHbFZqS2VJWGRYaDBtZFVRMTVCRyttZUhDL01UemdPbGVtWkpDZTUrMWRRNHNnaWFoODhmMG1B",
  "cUR5U05DN2xiVHdkdVdFV1dBU3BLZXlqRjN6cFEvblF5bXhtVHd2YWF5SlptWXp6NHhNc0dvaUl6bmJEOFZ3YVYva0JpL0tGQ3l0L1F2OWd6ZnRr",
  "OHo0RVB5UEtkVjBOc1JyRzV6UkFHMU91dlpkb1RoMjhvdDNtYzdHWTE2MkxYeVpkVFkxYTdWREgwSnJiZmxCWXQ3MHBmQnIvK044eFFIS2x6UFhR",
  "OENia2J0RWVYcEFwNVNYWnc5SGQyZTJoUVY3TlMwUE13OUhtQms0M0tPYW13WXNaVXUvT1pvVFJlMG1wYVZSamJhVHJoM0doN1J0b2VzbDk2aHBS",
  "eGd4eUdpMUZTS29pMHNuV3pWUmJrU0pBZHhaT09MOXFpQkhFUFl6dDNUS2VyK2FnN1oweUxxQ1U4SnFBSkhudWUrcHdyZ3lUZEJVU3FZaThHeU9h",
  "THRMczJGcXo0QXpkTlRWQzZ5djRjSXh0dThJL1g1Y1hJRXFnU2t5R3NWSWhsMTBQZWlGbnhHdDk4eHJjTTJrSGg4L255TlE5QUlwbmJBZVlCWk5N",
  "Z2NOV1diTGxLa0FLWXZqcC8yVlhRU0R5MFFQL0UvWFpKU0JpZC9lVEhhSzdBQTJPRCtUWW1RNW1FWXZGcGdiN2kxZjFFYWhMUzhNVS93Ny9YdmRi",
  "aytKRkFyTjlTbTNjczJraG5CbFVjTVF2Y3hHMkdvWU9aYVMzUE5iWlpoc0krekNkMWdjeWorQnlsdDdRaGl1ZW9qVEQ0Ti83a2FhdXlrM0JDb3Yv",
  "TzVNNTJybDBqdExCWU1aMkdKWUVYQ1dsanNTV2pJOU92UGt1NllsV3RuczlSUytwU1gzdmV5ZVB4NllVNVgxaUUvUUowWjE1YnlFTlBxMlBwZ3RQ",
  "QVlnd01KS3dZcHhSYzZFSkVyT2tPbEowdmwwV0NCY1dzZlYzN2Z3YjR5RGtETytXK2tSQzVJL1ExaTNtTU1uQXFhZzIxRU9tclhvL0lDT2FZUU9E",
  "cmFaeE1ZYWFnV1UzL1dIN1pFTDFUczBmbEZtTFFWMVRydHcwT3JwdlQ5cGFOTUppVXRHM2pUOUljS0ZJd3BISFNTeW4xa3NmQUsyd0RmQURhOERJ",
  "SWI4RjhpalBUaURtZjFPaXZyNjNtdmFCL3RZb01DV2pVWE5tVml1cmdsVFIyREFReUpUeEx1aC9mNTkyVXJDQmRiNURZNGdxNnJmVFA2YU56a1F0",
  "ZUtFTytwY2hWTEVwUFlZZ1dZT2ZGeHg4R1RLS05sMkNGZGhTK0xtdDAxVlRZQlZKdUY4ZUN6WUN3WGIzT2hFclFaTHlOc1RmYU8vRWh4OVJ5bzJl",
  "ZHl4bkxMeWd3Z1lPMzBROE9hMWRaTnhaaVlRcE5Sa2dsQVRRMitINzhUTXB0alB0enF3UXdwSkRPVkUxeXFwSXRyN0N4MGF2bnJQeXg4Y3ZDd3dD",
  "VlJVZG9OdEdzRnppY1FpenBFYXRHc0FPbUxDUTN6dmw5bGE1czFsK01FbDlDcUVGanprOERKUVM3dEk1REZNL0hoUUxaRmxwWnVETzliMGh5eWJG",
  "bW9MS0J3RFNZU3RqYTZvaWFzUU54L2VlbjYyMGMvaWZIWGhIQ3VSc3d0ZXByK1JGYTR4UGRvUm45RzA2V01NVUNPUkFoa0RVeXdaNGJRZEhKbjkv",
  "UDNZNDMvMGMweVJKSi9hTEt3WlVZdwpZTndvY3J2czJRWGt2WllYSEtyVkpRbmJMM1QxTEVORXZKNkxZTHpBSEswCi0tLSBwa0tEM1hOZnZQS3Jw",
  "SzNKZXRhOFZwVjd1WmpuOUNKUHNSd2tMR1prcitJCk9MGAZU9hdyTG5QVxmkyLUfIRKbd9ZXALJkU/W8zhNIgLTsjjgS48EAVYgWMmKNVko",
].join("");
const HEAD = {
  kind: "note",
  tip: "00000000-0000-4000-8000-000000000000",
  care_points: ["self-test"],
  number: 1,
  author: "coordinator",
  language: "nl",
};

/** Something came out otherwise than it should: nothing may be sealed here. */
export class SelfTestError extends FormatError {}

/** Throws unless everything that sealing needs works here. */
export async function testItself() {
  await testRandomness();
  const { seed, lookupDigest } = receipts.derive(receipts.parse(RECEIPT), SALT);
  expect(toHex(lookupDigest) === LOOKUP_DIGEST, "a code leads elsewhere");
  const secret = ages.secretFromSeed(seed);
  const recipient = await ages.recipientOf(secret);
  expect(fingerprints.of(recipient) === FINGERPRINT, "a key has another public half");
  expect(decode(await ages.open(fromBase64(FILE), secret)) === TEXT, "a known file says something else");
  await testWholeWay();
}

async function testRandomness() {
  const [one, other] = [draw(), draw()];
  expect(!areEqual(one, other) && new Set(one).size > 8, "chance is none");
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", one));
  expect(areEqual(digest, sha256(one)), "two ways to make a digest differ");
  expect(receipts.parse(receipts.make()) !== receipts.make(), "a code comes twice");
}

async function testWholeWay() {
  const secret = ages.secretFromSeed(draw());
  const plaintext = heads.write(HEAD, { text: TEXT });
  const file = await ages.seal(plaintext, [await ages.recipientOf(secret)]);
  ages.check(file, 1);
  expect(heads.read(await ages.open(file, secret), HEAD).body.text === TEXT, "a sealed text says something else");
  file[file.length - 1] ^= 1;
  const error = await ages.open(file, secret).catch((refusal) => refusal);
  expect(error instanceof ages.AlteredFileError, "an altered file opens");
}

function draw() {
  return crypto.getRandomValues(new Uint8Array(32));
}

function decode(bytes) {
  return new TextDecoder().decode(bytes);
}

function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function expect(isSo, otherwise) {
  if (!isSo) throw new SelfTestError(otherwise);
}
