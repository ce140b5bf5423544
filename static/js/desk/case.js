// One case: everything the tipster said, the conversation and the notes, the forms, and when it is deleted.

import { prepareCasework } from "./casework.js";
import { element, fillHolders, mark, placeName, tags } from "./parts.js";
import { age } from "./rows.js";
import { longDay, thread } from "./thread.js";
import { count, day, daysUntil, reasonName, say, slot, view } from "./words.js";
import { prepareAnswer, prepareNote } from "./writing.js";

const YEAR = { day: "numeric", month: "long", year: "numeric" };
const CLOCK_STEPS = 20;
const NEAR_DAYS = 14; // from here on it is counted down for open cases too

/** The case as a view. `draft` holds what is being typed; `deeds` has answer(text), note(text) and save(changes), each of
 * which gives the words for why it was not done, or null. */
export function caseView(tip, desk, draft, deeds) {
  const root = view("case");
  slot(root, "heading").textContent = say("heading-case", { place: placeName(tip), day: longDay(tip.received_on) });
  slot(root, "mark").append(mark(tip.status));
  slot(root, "status").textContent = statusWords(tip);
  slot(root, "tags").append(...[...tags(tip, desk.me.care_point.is_national), ...ageTag(tip)].flatMap((tag) => [tag, " "]));
  const names = { nameOf: (id) => desk.colleagues.nameOf(id), point: desk.me.care_point.name };
  slot(root, "thread").append(...thread(tip, names));
  slot(root, "reopens").hidden = tip.status !== "closed";
  fillEscalation(root, tip, desk.me.care_point.is_national);
  fillDeletion(root, tip, desk.me.terms);
  fillHolders(root, desk.me.holders);
  prepareCasework(root, tip, desk.colleagues, draft, deeds.save);
  slot(root, "help").addEventListener("click", () => desk.shortcuts.help());
  if (tip.told) {
    prepareAnswer(root, tip.told.language, title(tip), draft, deeds.answer);
    prepareNote(root, title(tip), draft, deeds.note);
  } else {
    slot(root, "answer").remove();
    slot(root, "note").remove();
  }
  return root;
}

/** The document's title: a browser keeps it in its history, so it says the day only, and nothing of what was told. */
export function title(tip) {
  return say("title-case", { day: longDay(tip.received_on) });
}

function statusWords({ status, reason }) {
  return status === "closed" && reason
    ? say("closed-because", { reason: reasonName(reason) })
    : say(`status-${status}`);
}

function ageTag(tip) {
  const words = age(tip);
  if (!words) return [];
  const made = element("span", words);
  made.className = "tag";
  return [made];
}

/** Who was told while nobody had read it. */
function fillEscalation(root, { escalated }, isNational) {
  const place = slot(root, "escalated");
  place.hidden = escalated === 0;
  if (escalated > 0) place.textContent = say(escalated === 3 && isNational ? "unread-national" : `unread-${escalated}`);
}

/** When it is deleted, in words and as a row of days of which those that are past are pale. */
function fillDeletion(root, tip, terms) {
  const left = daysUntil(tip.deleted_on);
  const isNear = tip.status === "closed" || left <= NEAR_DAYS;
  slot(root, "deleted").textContent = isNear ? count("deleted", left) : say("kept");
  const values = { day: day(tip.deleted_on, YEAR), closed: tip.closed_on ? day(tip.closed_on, YEAR) : "", count: terms.open_days };
  const kind = { closed: "closed", new: "new" }[tip.status] ?? "open";
  slot(root, "deleted-why").textContent = say(`deleted-${kind}`, values);
  const clock = slot(root, "clock");
  if (tip.status !== "closed") {
    clock.remove();
    return;
  }
  const gone = Math.round(CLOCK_STEPS * (1 - Math.min(left, terms.closed_days) / terms.closed_days));
  [...clock.children].slice(0, gone).forEach((step) => step.classList.add("gone"));
}
