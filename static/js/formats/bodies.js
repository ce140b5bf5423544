// What each kind of plaintext says, and how much of it. The twin of tipline/bodies.py; docs/formats.md ("Bodies") fixes
// the shapes.

import { FormatError } from "./errors.js";

export const MAX_TEXT = 4000;
export const MAX_SHORT = 200;

const MAX_ANSWERS = 40;
const MAX_CHOICES = 40;
const MAX_LEFT_OUT = 2;
const MAX_ID = 64;
const ID = /^[a-z0-9]+(?:[_-][a-z0-9]+)*$/;
const MUNICIPALITY = /^GM[0-9]{4}$/;
const RECIPIENT = /^age1pq1[02-9ac-hj-np-z]{1952}$/;
const SECRET = /^AGE-SECRET-KEY-PQ-1[02-9AC-HJ-NP-Z]{58}$/;
const REPLY_KEY = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/; // 32 bytes: the last symbol carries four bits

/** The body does not have the shape of its kind. */
export class NotABodyError extends FormatError {}

/** A text in the body is longer than its bound. */
export class TextTooLongError extends NotABodyError {}

/** The text in NFC, with line feeds only, without control characters other than line feed and tab. */
export function tidy(text) {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "")
    .normalize("NFC");
}

/** The value with every text in it tidied; names of members stay as they are. */
export function tidied(value) {
  if (typeof value === "string") {
    return tidy(value);
  }
  if (Array.isArray(value)) {
    return value.map(tidied);
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, tidied(member)]));
  }
  return value;
}

/** Refuses what is not a body of this kind. */
export function check(kind, body) {
  CHECKS[kind](body);
}

/** Whether this is the id of a care point, a question or a choice. */
export function isId(value) {
  return typeof value === "string" && value.length <= MAX_ID && ID.test(value);
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether an object has these members and no others. */
export function hasExactly(value, names) {
  return Object.keys(value).length === names.length && names.every((name) => Object.hasOwn(value, name));
}

/** `value` when it is an object of these members, and perhaps of some that it need not have. */
function membersWith(value, names, perhaps) {
  const there = isObject(value) ? perhaps.filter((name) => Object.hasOwn(value, name)) : [];
  return membersOf(value, ...names, ...there);
}

function membersOf(value, ...names) {
  if (!isObject(value) || !hasExactly(value, names)) {
    throw new NotABodyError(`not an object of ${names.join(", ")}`);
  }
  return value;
}

function checkText(value, bound) {
  if (typeof value !== "string") {
    throw new NotABodyError("not a text");
  }
  if ([...value].length > bound) {
    throw new TextTooLongError(`more than ${bound} characters`);
  }
}

function checkPattern(value, pattern) {
  if (typeof value !== "string" || !pattern.test(value)) {
    throw new NotABodyError(`not like ${pattern.source}`);
  }
}

function checkId(value) {
  if (!isId(value)) {
    throw new NotABodyError("not an id");
  }
}

function checkMessage(body) {
  checkText(membersOf(body, "text").text, MAX_TEXT);
}

function checkTip(body) {
  const members = membersWith(body, ["answers", "meant_for", "place", "tipster"], ["home", "leads", "left_out"]);
  const { answers, tipster } = members;
  checkAnswers(answers);
  checkAim(members);
  if ("home" in members) checkAim(membersOf(members.home, "meant_for", "place"));
  if ("leads" in members) checkId(members.leads);
  if ("left_out" in members) checkLeftOut(members.left_out);
  membersOf(tipster, "recipient", "reply_key");
  checkPattern(tipster.recipient, RECIPIENT);
  checkPattern(tipster.reply_key, REPLY_KEY);
}

/** A place, and the point that serves it where another reads instead. */
function checkAim({ meant_for: meantFor, place }) {
  if (meantFor !== null) {
    checkId(meantFor);
  }
  checkPlace(place);
}

function checkLeftOut(points) {
  if (!Array.isArray(points) || points.length === 0 || points.length > MAX_LEFT_OUT) {
    throw new NotABodyError("one or two care points are left out");
  }
  points.forEach(checkId);
}

function checkAnswers(answers) {
  if (!isObject(answers) || Object.keys(answers).length > MAX_ANSWERS) {
    throw new NotABodyError("answers are an object of at most forty");
  }
  for (const [question, answer] of Object.entries(answers)) {
    checkId(question);
    if (Array.isArray(answer)) {
      checkChoices(answer);
    } else {
      checkText(answer, MAX_TEXT);
    }
  }
}

function checkChoices(choices) {
  if (choices.length > MAX_CHOICES) {
    throw new NotABodyError("at most forty choices");
  }
  choices.forEach(checkId);
}

function checkPlace(place) {
  const { kind, municipality, name, text } = membersOf(place, "kind", "municipality", "name", "text");
  if (kind === "municipality") {
    checkPattern(municipality, MUNICIPALITY);
  } else if (!["online", "unknown"].includes(kind) || municipality !== null) {
    throw new NotABodyError("a place is a municipality, online or unknown");
  }
  checkText(name, MAX_SHORT);
  checkText(text, MAX_SHORT);
}

function checkGrant(body) {
  const { care_point: carePoint, secret } = membersOf(body, "care_point", "secret");
  checkId(carePoint);
  checkPattern(secret, SECRET);
}

function checkKey(body) {
  const { login, secret } = membersOf(body, "login", "secret");
  checkText(login, MAX_SHORT);
  checkPattern(secret, SECRET);
}

const CHECKS = {
  tip: checkTip,
  answer: checkMessage,
  addition: checkMessage,
  note: checkMessage,
  grant: checkGrant,
  key: checkKey,
};
