// Looks by itself whether there is something new, as long as somebody can see the desk. It does not count as use: a desk that
// nobody touches is closed all the same.

import { SignedOutError } from "./server.js";

export class Looking {
  #look = null;
  #signedOut;
  #milliseconds;
  #timer = 0;
  #last = 0;

  /** `signedOut` is called when the session turns out to have ended. */
  constructor(seconds, signedOut) {
    this.#milliseconds = seconds * 1000;
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
    const left = this.#last + this.#milliseconds - Date.now();
    this.#timer = setTimeout(() => this.#now(), Math.max(0, left));
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
