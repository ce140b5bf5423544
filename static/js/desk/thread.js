// What was said in a case: the tip itself, then answers, additions and notes by day, with a line for each that is missing.
// Everything goes in as text: no link is made of what looks like one.

import { element, typedPlace } from "./parts.js";
import { answerText, carePointName, day, questionIds, questionLabel, say, slot, view } from "./words.js";

const LONG = { weekday: "short", day: "numeric", month: "long" };
const KINDS = ["answer", "addition", "note"];
const LOOKS = { answer: "ours", note: "memo" };

/** The items of the thread. `nameOf` gives the name of a coordinator by id, `point` is what the own care point is called. */
export function thread(tip, { nameOf, point }) {
  const counted = { answer: tip.nextAnswer - 1, addition: tip.additions, note: tip.nextNote - 1 };
  const missing = KINDS.flatMap((kind) => gaps(tip, kind, counted[kind]));
  return [told(tip), ...tip.messages.map((each) => message(each, nameOf, point)), ...missing];
}

/** The day a tip came, in full. */
export function longDay(date) {
  return day(date, LONG);
}

/** What the tip says: the place first, then every answer, in the order of the form; what the form no longer asks comes last. */
function told(tip) {
  const item = view("told").querySelector("li");
  slot(item, "day").textContent = longDay(tip.received_on);
  const list = slot(item, "answers");
  if (!tip.told) {
    list.replaceWith(element("p", say("tip-unreadable")));
    return item;
  }
  const { answers, place, home, leftOut } = tip.told;
  const known = questionIds().filter((id) => Object.hasOwn(answers, id));
  const others = Object.keys(answers).filter((id) => !known.includes(id));
  list.append(...fact(say("place"), typedPlace(place)));
  if (home) list.append(...fact(say("lives_elsewhere"), typedPlace(home)));
  if (leftOut.length) list.append(...fact(say("left-out"), leftOut.map(carePointName).join(", ")));
  for (const id of [...known, ...others]) list.append(...fact(label(id), answerText(id, answers[id])));
  return item;
}

function fact(name, text) {
  const value = element("dd", text);
  value.className = "written";
  return [element("dt", name), value];
}

function label(id) {
  return id === "lives_elsewhere" ? say(id) : questionLabel(id);
}

function gaps(tip, kind, last) {
  const there = new Set(tip.messages.filter((each) => each.kind === kind).map((each) => each.number));
  const missing = [];
  for (let number = 1; number <= last; number += 1) {
    if (!there.has(number)) missing.push(line("", "", say(`${kind}-gap`, { number }), "gap"));
  }
  return missing;
}

function message({ kind, written_on: writtenOn, written_by: writtenBy, text }, nameOf, point) {
  const when = kind === "note" ? say("only-us", { day: longDay(writtenOn) }) : longDay(writtenOn);
  const unreadable = say(`${KINDS.includes(kind) ? kind : "other"}-unreadable`);
  return line(who(kind, writtenBy, nameOf, point), when, text ?? unreadable, text === null ? "gap" : LOOKS[kind]);
}

function who(kind, writtenBy, nameOf, point) {
  const name = nameOf(writtenBy);
  if (kind === "addition") return say("tipster");
  const other = writtenBy && !name ? otherPoint(writtenBy) : null;
  if (kind === "note") return name || other ? say("note-by", { name: name ?? other }) : say("note-plain");
  if (kind !== "answer") return say("nothing");
  if (name) return say("writer", { name, point });
  return other ?? say("us");
}

/** Who wrote at another care point is told by that point's name only. */
function otherPoint(id) {
  const name = carePointName(id);
  return name === id ? say("other-point") : name;
}

function line(author, when, text, look) {
  const item = view("message").querySelector("li");
  slot(item, "who").textContent = author;
  slot(item, "day").textContent = when;
  slot(item, "text").textContent = text;
  if (look) item.classList.add(look);
  return item;
}
