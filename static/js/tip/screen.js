// What stands in the document: one step at a time, with its title and the focus on what is wrong, or else on
// its heading. The browser's Back leads from
// a later step to the story; a step that must not be left stays.

const SITE = document.title.slice(document.title.lastIndexOf(" – "));

export class Screen {
  #first = { nodes: [...main().childNodes], title: document.title };
  #isDeep = false; // whether the browser's Back leads to the story
  #stays = false;
  #target = null;

  /** `signal` ends it; `returned` is called when the story is there again. */
  constructor(signal, returned) {
    window.addEventListener("popstate", () => this.#wentBack(returned), { signal });
  }

  /** Shows a step after the story. */
  show({ root, title, wholeTitle = title + SITE }, stays = false) {
    if (!this.#isDeep) window.history.pushState(null, "");
    this.#isDeep = true;
    this.#stays = stays;
    put([root].flat(), wholeTitle);
    const wrong = main().querySelector("#errors");
    // What is wrong stands right below what always stands on top, which must not slip behind the bar.
    if (wrong) wrong.focus({ preventScroll: true });
    else focusOn(main().querySelector("h1"));
  }

  /** Back to the story, by the browser's own way, and to the field with this id. */
  back(id = "") {
    this.#target = id;
    window.history.back();
  }

  /** Puts the story there again, whatever stands in its place, and leaves the history as it is. */
  restore() {
    this.#stays = false;
    main().replaceChildren(...this.#first.nodes);
  }

  #wentBack(returned) {
    this.#isDeep = false;
    if (this.#stays) return;
    put(this.#first.nodes, this.#first.title);
    returned();
    focusOn(main().querySelector(this.#target ? `#${CSS.escape(this.#target)}` : "h1"));
    this.#target = null;
  }
}

/** Says in the title that something is wrong, or not any more. */
export function titled(words) {
  document.title = words;
}

/** Puts the focus on something, even when it takes none by itself. */
export function focusOn(element) {
  const field = element.matches("fieldset") ? element.querySelector("input") : element;
  if (!field.matches("input, textarea, button, a")) field.tabIndex = -1;
  field.focus();
}

/** Everything that stands in the document goes. */
export function clear() {
  main().replaceChildren();
}

function put(nodes, title) {
  main().replaceChildren(...nodes);
  titled(title);
  window.scrollTo(0, 0);
}

function main() {
  return document.getElementById("content");
}
