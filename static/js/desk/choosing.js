// Which tips a list shows, and in which order. What is searched is what is open in this document; the words typed for it go
// nowhere.

import { placeName } from "./parts.js";
import { danger } from "./tips.js";
import { answerText, labelName } from "./words.js";

/** What the lists show: kept while the document lives, and forgotten with it. */
export class Choice {
  text = "";
  status = "";
  label = "";
  isMine = false;
  isDanger = false;

  forget() {
    Object.assign(this, new Choice());
  }

  /** Those of these tips that were asked for. */
  of(tips, me) {
    const words = plain(this.text).split(/\s+/).filter(Boolean);
    return tips.filter(
      (tip) =>
        (!this.status || tip.status === this.status) &&
        (!this.label || tip.labels.includes(this.label)) &&
        (!this.isMine || tip.assigned_to === me) &&
        (!this.isDanger || danger(tip) !== null) &&
        (words.length === 0 || holds(tip, words)),
    );
  }
}

/**
 * In danger first, now before soon, then unread, then what waits for an answer, then the rest; the oldest first in each. Of
 * one day those that came without any proof against programs last.
 */
export function inOrder(one, other) {
  return (
    rank(one) - rank(other) ||
    one.received_on.localeCompare(other.received_on) ||
    Number(one.is_unproved) - Number(other.is_unproved) ||
    one.id.localeCompare(other.id)
  );
}

function rank(tip) {
  const isNew = tip.status === "new";
  const level = danger(tip);
  if (level) return (isNew ? 0 : 2) + (level === "now" ? 0 : 1);
  if (isNew) return 4;
  return tip.waits ? 5 : 6;
}

function holds(tip, words) {
  const text = plain(textOf(tip));
  return words.every((word) => text.includes(word));
}

/** Everything that can be read of a tip here: its answers, its place, its labels, and messages that were opened. */
function textOf({ told, said, labels, ...tip }) {
  if (!told) return "";
  const answers = Object.entries(told.answers).map(([id, answer]) => answerText(id, answer));
  const homes = told.home ? [told.home.text, told.home.name] : [];
  return [...answers, told.place.text, placeName({ ...tip, told }), ...homes, ...labels.map(labelName), ...said].join("\n");
}

/** Without accents and capitals: "één" is found by "een". */
function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase();
}
