// Looks by itself whether there is something new, as long as somebody can see the desk. It does not count as use: a desk that
// nobody touches is closed all the same.

//
// With slots, tips come in on the clock: it looks shortly after each slot, not all desks at the same moment, and between them
// only now and then for what colleagues do.

import { SignedOutError } from "./server.js";

const SELDOM = 5 * 60_000; // milliseconds, as all here
const AFTER_SLOT = 5_000; // the server uncovers tips within seconds
const SPREAD = 25_000;

export class Looking {
  #look = null;
  #signedOut;
  #pace;
  #slot;
  #late = AFTER_SLOT + Math.random() * SPREAD; // this desk's own moment after a slot
  #timer = 0;
  #last = 0;

  /** `lookSeconds` is the pace without slots, `slotMinutes` how long they are; `signedOut` is called when the session turns
      out to have ended. */
  constructor({ lookSeconds, slotMinutes }, signedOut) {
    this.#slot = Number(slotMinutes) * 60_000;
    this.#pace = this.#slot > 0 ? SELDOM : Number(lookSeconds) * 1000;
    this.#signedOut = signedOut;
    document.addEventListener("visibilitychange", () => this.#wait());
  }

  /** From now on looks in this way, until the next page. */
  use(look) {
    this.#look = look;
    this.#last = Date.now();
    this.#wait();
  }

  rest() {
    this.#look = null;
    clearTimeout(this.#timer);
  }

  #wait() {
    clearTimeout(this.#timer);
    if (!this.#look || document.visibilityState !== "visible") return;
    this.#timer = setTimeout(() => this.#now(), Math.max(0, this.#next() - Date.now()));
  }

  /** When to look again. Slots begin at multiples of their length since midnight in UTC, and so since 1970. */
  #next() {
    const next = this.#last + this.#pace;
    if (this.#slot === 0) return next;
    const passed = Math.floor((this.#last - this.#late) / this.#slot);
    return Math.min(next, (passed + 1) * this.#slot + this.#late);
  }

  async #now() {
    const look = this.#look;
    this.#last = Date.now();
    try {
      await look(() => look === this.#look);
    } catch (error) {
      if (error instanceof SignedOutError) {
        this.#signedOut();
        return;
      }
      // Anything else is tried again the next time; who asks for something himself is told what is wrong.
    }
    this.#wait();
  }
}
