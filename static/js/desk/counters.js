// What stands above and beside the inbox: how many wait, for how long, and what is deleted soon.

import { element, placeName } from "./parts.js";
import { address } from "./rows.js";
import { count, day, daysSince, daysUntil, say, slot } from "./words.js";

const DUE_SHOWN = 5;

export class Counters {
  #slots;

  constructor(root) {
    const names = ["unread", "oldest", "waiting", "due", "due-list", "due-none"];
    this.#slots = Object.fromEntries(names.map((each) => [each, slot(root, each)]));
  }

  /** Gives how many are unread. */
  show(tips, due) {
    const unread = tips.filter((tip) => tip.status === "new");
    this.#slots.unread.textContent = String(unread.length);
    this.#slots.oldest.textContent = age(unread);
    this.#slots.waiting.textContent = String(tips.filter((tip) => tip.waits).length);
    this.#slots.due.textContent = String(due.length);
    this.#slots["due-list"].replaceChildren(...due.slice(0, DUE_SHOWN).flatMap(dueLine));
    this.#slots["due-none"].hidden = due.length > 0;
    return unread.length;
  }
}

function dueLine(tip) {
  const link = element("a", say("due-link", { place: placeName(tip), day: day(tip.received_on) }));
  link.href = address(tip.id);
  const name = element("dt", "");
  name.append(link);
  return [name, element("dd", count("days-left", daysUntil(tip.deleted_on)))];
}

function age(unread) {
  if (unread.length === 0) return say("nothing");
  const days = Math.max(...unread.map((tip) => daysSince(tip.received_on)));
  return count("days", days);
}
