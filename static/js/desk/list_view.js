// What the inbox and the archive share: rows, search and filters, and keys that go from row to row.

import { option } from "./parts.js";
import { Rows } from "./rows.js";
import { count, labelIds, labelName, say, slot, view } from "./words.js";

export class ListView {
  root;
  #desk;
  #rows;
  #order;
  #tips = [];
  #slots;

  /** A view by its name; `order` compares two tips, or is null where they come in order. */
  constructor(name, desk, order = null) {
    this.root = view(name);
    this.#desk = desk;
    this.#order = order;
    this.#rows = new Rows(slot(this.root, "rows"), desk.colleagues, desk.me.care_point.is_national);
    const names = ["search", "by-status", "by-label", "by-mine", "by-danger", "shown", "list", "empty", "none"];
    this.#slots = Object.fromEntries(names.map((each) => [each, slot(this.root, each)]));
    this.#prepareFilters();
    slot(this.root, "help").addEventListener("click", () => desk.shortcuts.help());
  }

  /** Shows these tips, as far as they were asked for. */
  show(tips) {
    this.#tips = tips;
    this.#draw();
  }

  /** The link of a tip in the list; null when it does not stand there. */
  link(id) {
    return this.#rows.link(id);
  }

  /** The keys of a list. */
  get keys() {
    return {
      j: () => this.#step(1),
      k: () => this.#step(-1),
      r: () => this.#answer(),
      "/": () => this.#slots.search.focus(),
    };
  }

  #draw() {
    const { choice, colleagues } = this.#desk;
    const chosen = choice.of(this.#tips, colleagues.me);
    if (this.#order) chosen.sort(this.#order);
    this.#rows.show(chosen);
    this.#desk.order = chosen.map((tip) => tip.id);
    const [all, shown] = [this.#tips.length, chosen.length];
    this.#slots.shown.textContent = shown === all ? count("shown-all", all) : say("shown", { count: shown, all });
    this.#slots.list.hidden = shown === 0;
    this.#slots.empty.hidden = all > 0;
    this.#slots.none.hidden = all === 0 || shown > 0;
  }

  #prepareFilters() {
    const { choice } = this.#desk;
    this.#slots["by-status"]?.append(...["new", "read", "in_progress"].map((each) => option(each, say(`status-${each}`))));
    this.#slots["by-label"].append(...labelIds().map((each) => option(each, labelName(each))));
    const fields = [
      ["search", "text", "value"],
      ["by-status", "status", "value"],
      ["by-label", "label", "value"],
      ["by-mine", "isMine", "checked"],
      ["by-danger", "isDanger", "checked"],
    ].filter(([name]) => this.#slots[name]);
    const fill = () => fields.forEach(([name, member, property]) => (this.#slots[name][property] = choice[member]));
    const take = () => {
      fields.forEach(([name, member, property]) => (choice[member] = this.#slots[name][property]));
      this.#draw();
    };
    fill();
    slot(this.root, "filters").addEventListener("input", take);
    slot(this.root, "filters").addEventListener("submit", (event) => event.preventDefault());
    slot(this.root, "all-again").addEventListener("click", () => {
      choice.forget();
      fill();
      this.#draw();
      this.#slots.search.focus();
    });
  }

  #step(by) {
    const links = this.#rows.links;
    const at = links.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by));
    links[next]?.focus();
  }

  #answer() {
    const link = this.#rows.links.find((each) => each === document.activeElement);
    if (!link) return;
    this.#desk.wants = "answer-text";
    link.click();
  }
}
