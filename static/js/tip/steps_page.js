// The page that holds the steps after the story, with the words that they say and what must be known to seal.

import { fetched, UnreachableError } from "./pages.js";

export class StepsPage {
  #page;

  /** Fetches it. Throws UnreachableError when the server leads elsewhere: the form was sent, is over, or lacks a place. */
  static async at(address) {
    const { page, path } = await fetched(address);
    if (path !== address) throw new UnreachableError("elsewhere");
    return new StepsPage(page);
  }

  constructor(page) {
    this.#page = page;
  }

  /** What is sealed beside the answers, and to whom. */
  get told() {
    return JSON.parse(this.#page.body.dataset.told);
  }

  /** Where sealed bytes are sent. */
  get address() {
    return this.#page.body.dataset.address;
  }

  /** Where it is brought what a check step offers. */
  get brings() {
    return this.#page.body.dataset.brings;
  }

  /** The address of the place. */
  get place() {
    return this.#page.body.dataset.place;
  }

  /** The address of the story in the other language. */
  get otherStory() {
    return this.#page.body.dataset.otherStory;
  }

  /** The ids of all questions, in their order. */
  get questions() {
    return [...this.#page.querySelectorAll('[data-fault="missing"]')].map((each) => each.dataset.question);
  }

  /** A fresh copy of a step: {root, title}. */
  step(name) {
    const template = this.#page.querySelector(`[data-step="${name}"]`);
    return { root: copy(template), title: template.dataset.title };
  }

  /** The box that says what is wrong, with these faults: a list of {id, words}. */
  wrong(faults) {
    const box = copy(this.#page.querySelector('[data-part="wrong"]'));
    box.querySelector("ul").append(...faults.map(line));
    return box;
  }

  /** Words by their name. */
  say(name) {
    return this.#page.querySelector(`[data-word="${name}"]`).content.textContent;
  }

  /** The words of a question's fault. */
  fault(question, name, values) {
    const words = this.#page.querySelector(`[data-fault="${name}"][data-question="${question}"]`).content.textContent;
    return words.replace(/\{(\w+)\}/g, (whole, key) => String(values[key] ?? whole));
  }
}

function copy(template) {
  return document.importNode(template.content, true).firstElementChild;
}

function line({ id, words }) {
  const [item, link] = ["li", "a"].map((name) => document.createElement(name));
  link.href = `#${id}`;
  link.textContent = words;
  item.append(link);
  return item;
}
