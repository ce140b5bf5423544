// The rows of a list. Each is made once and filled anew when its tip changed; the one that has the focus stays where it is,
// on the screen too, whatever comes in around it.

import { counts, mark, placeName, tags } from "./parts.js";
import { choiceLabel, day, say, slot, view } from "./words.js";

const FIRST_WORDS = 90;

/** The address of a tip in this document. It says nothing but a random id, and no server sees it. */
export function address(id) {
  return `#tip-${id}`;
}

export class Rows {
  #body;
  #colleagues;
  #isNational;
  #lines = new Map(); // id -> { line, filledFrom }

  /** `isNational` says whether they are the national point's own. */
  constructor(body, colleagues, isNational) {
    this.#body = body;
    this.#colleagues = colleagues;
    this.#isNational = isNational;
  }

  /** Shows these tips in this order. */
  show(tips) {
    const wanted = tips.map((tip) => this.#line(tip));
    const anchor = this.#anchor();
    const before = anchor?.getBoundingClientRect().top;
    const focused = [...this.#body.children].findIndex((line) => line.contains(document.activeElement));
    this.#place(wanted, anchor);
    if (anchor?.isConnected) window.scrollBy(0, anchor.getBoundingClientRect().top - before);
    // The row with the focus is gone: the one that took its place has it now.
    else if (focused >= 0) this.links.at(Math.min(focused, wanted.length - 1))?.focus();
  }

  /** The link of one tip; null when it is not shown. */
  link(id) {
    const line = this.#lines.get(id)?.line;
    return line?.isConnected ? slot(line, "link") : null;
  }

  /** All links, in the order of the list. */
  get links() {
    return [...this.#body.querySelectorAll('a[data-slot="link"]')];
  }

  /** The row that must not move: the one with the focus, else the first that is in view. */
  #anchor() {
    const lines = [...this.#body.children];
    const focused = lines.find((line) => line.contains(document.activeElement));
    return focused ?? (window.scrollY > 0 ? lines.find((line) => line.getBoundingClientRect().top >= 0) : undefined);
  }

  #place(wanted, anchor) {
    const at = wanted.indexOf(anchor);
    if (at < 0) {
      this.#body.replaceChildren(...wanted);
      return;
    }
    // An element that is taken out loses the focus: everything else goes round it.
    for (const line of [...this.#body.children]) if (line !== anchor) line.remove();
    anchor.before(...wanted.slice(0, at));
    anchor.after(...wanted.slice(at + 1));
  }

  #line(tip) {
    const known = this.#lines.get(tip.id) ?? { line: view("row").querySelector("tr"), filledFrom: "" };
    this.#lines.set(tip.id, known);
    const { told, said, sealed, ...listed } = tip;
    const source = JSON.stringify(listed);
    if (source !== known.filledFrom) this.#fill(known.line, tip);
    known.filledFrom = source;
    return known.line;
  }

  #fill(line, tip) {
    slot(line, "mark").replaceChildren(mark(tip.status));
    const link = slot(line, "link");
    link.href = address(tip.id);
    link.textContent = firstWords(tip);
    slot(line, "first").classList.toggle("new", tip.status === "new");
    slot(line, "tags").replaceChildren(...[...tags(tip, this.#isNational), ...counts(tip)].flatMap((tag) => [tag, " "]));
    fill(slot(line, "received"), day(tip.received_on));
    fill(slot(line, "place"), tip.told ? placeName(tip) : null);
    fill(slot(line, "age"), age(tip));
    fill(slot(line, "who"), this.#colleagues.nameOf(tip.assigned_to));
    fill(slot(line, "status"), say(`status-${tip.status}`));
  }
}

/** What is not known shows as a dash, which a narrow screen leaves out. */
function fill(cell, words) {
  cell.textContent = words ?? say("nothing");
  cell.classList.toggle("none", words === null);
}

/** How old he is, in the words of the form; null when nothing was told, or something that the form does not offer. */
export function age(tip) {
  const years = tip.told?.answers.age;
  const words = typeof years === "string" ? choiceLabel("age", years) : years;
  return words === years ? null : words;
}

/** The beginning of the story, cut at a space. */
function firstWords(tip) {
  if (!tip.told) return say("tip-unreadable");
  const story = String(tip.told.answers.story ?? "").trim().replace(/\s+/g, " ");
  const signs = [...story];
  if (signs.length <= FIRST_WORDS) return story || say("nothing");
  const cut = signs.slice(0, FIRST_WORDS).join("");
  const whole = cut.slice(0, Math.max(cut.lastIndexOf(" "), FIRST_WORDS / 2));
  return `${whole.replace(/[\s.,;:!?]+$/, "")}…`;
}
