// Single keys for who works without a mouse. They are letters again in every field, can be turned off (WCAG 2.1.4), and are
// listed behind "?".

import { slot, view } from "./words.js";

const TYPED_INTO = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

export class Shortcuts {
  #deeds = {};
  #areOn = true;

  constructor() {
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** From now on these keys do these deeds, until the next page: key -> function. */
  use(deeds) {
    this.#deeds = { "?": () => this.help(), ...deeds };
  }

  /** No keys at all: nobody is in. */
  rest() {
    this.#deeds = {};
    document.querySelector("dialog.help")?.close();
  }

  /** Shows the list of keys. The focus comes back to where it was when it is closed. */
  help() {
    const dialog = view("help").querySelector("dialog");
    const areOn = slot(dialog, "keys-on");
    areOn.checked = this.#areOn;
    areOn.addEventListener("change", () => {
      this.#areOn = areOn.checked;
    });
    slot(dialog, "close").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  #pressed(event) {
    const { key, target } = event;
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    if (target.matches?.(TYPED_INTO)) {
      // Out of the field, so that the keys are keys again; a search keeps its own Escape, which empties it.
      if (key === "Escape" && target.type !== "search") target.blur();
      return;
    }
    if (!this.#areOn || !Object.hasOwn(this.#deeds, key)) return;
    event.preventDefault();
    this.#deeds[key]();
  }
}
