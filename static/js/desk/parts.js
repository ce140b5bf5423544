// Pieces that the list and the case share.

import { danger } from "./tips.js";
import { carePointName, count, day, labelName, say, slot, view } from "./words.js";

const NATIONAL_TOLD = 3; // the last step of an unread tip, as tipline/storage/figures.py has it
const SLATS = { new: 4, read: 2, in_progress: 2, closed: 0 };

/** The mark of a status: how much of the tip is in view. A word stands beside it. */
export function mark(status) {
  return view(`mark-${SLATS[status] ?? 4}`);
}

/** What must be seen at once: danger, what waits, whose tip it is, and what it is about; at the national point or another. */
export function tags(tip, isNational) {
  const own = [];
  const level = danger(tip);
  if (level) own.push(tag(say(`danger-${level}`), true));
  // Of a case of its own the national point need not be told that it was told.
  const isTold = tip.escalated > 0 && !(isNational && tip.escalated === NATIONAL_TOLD);
  if (tip.status === "new" && isTold) own.push(tag(say(`escalated-${tip.escalated}`), true));
  if (tip.waits) own.push(tag(say("waits"), true));
  if (tip.offered_by) own.push(tag(say("offered-tag", { point: carePointName(tip.offered_by) }), true));
  if (tip.is_shared) own.push(tag(say("shared")));
  if (tip.is_unproved) own.push(tag(say("unproved")));
  return [...own, ...receivers(tip).map((words) => tag(words)), ...tip.labels.map((label) => tag(labelName(label)))];
}

/** How the tip came to be here: together with another point, in the place of one, or past one that the tipster left out. */
function receivers(tip) {
  if (!tip.told) return [];
  const { leads, isLead, meantFor, leftOut } = tip.told;
  const isJoint = leads !== null && tip.named.length > 1;
  const joint = isJoint ? [say(isLead ? "joint-leads" : "joint-other", { point: carePointName(leads) })] : [];
  const meant = meantFor.map((point) => say("meant-for", { point: carePointName(point) }));
  return [...joint, ...meant, ...leftOut.map((point) => say("not-for", { point: carePointName(point) }))];
}

/** How much was written since: additions of the tipster, answers of this desk. */
export function counts(tip) {
  return ["additions", "answers"].filter((kind) => tip[kind] > 0).map((kind) => tag(count(kind, tip[kind])));
}

// Signs that turn the direction of what stands around them: a name among other words has none.
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Where it happens, in the words of the form. */
export function placeName(tip) {
  return nameOf(tip.told?.place);
}

/** A place in the words of the form, with what was typed for it where that says more. */
export function typedPlace(place) {
  const name = nameOf(place);
  return place.text && place.text !== name ? say("typed", { name, text: place.text }) : name;
}

function nameOf(place) {
  if (!place) return say("nothing");
  if (place.kind === "municipality") return (place.name || place.municipality).replace(TURNING, "");
  return say(place.kind);
}

/** Fills the list of holders, the recovery sheet among them, and warns when fewer than two count. */
export function fillHolders(root, holders) {
  const list = slot(root, "holders");
  for (const holder of holders) {
    const on = holder.proved_on && { day: day(holder.proved_on) };
    const when = on ? say(holder.counts ? "opened-on" : "opened-long-ago", on) : say(holder.name ? "never" : "sheet-never");
    list.append(element("dt", holder.name ?? say("sheet")), element("dd", when));
  }
  slot(root, "few-holders").hidden = holders.filter((holder) => holder.counts).length > 1;
}

/** A choice of a list. */
export function option(value, words) {
  const made = element("option", words);
  made.value = value;
  return made;
}

export function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function tag(words, isUrgent = false) {
  const made = element("span", words);
  made.className = isUrgent ? "tag now" : "tag";
  return made;
}
