// The idle time of a session. The server ends a session that nobody uses; here the desk warns a minute before, and locks
// itself in time. Typing is use, although nothing is asked of the server by it.

import { get } from "./server.js";
import { announce } from "./status.js";
import { say, slot, view } from "./words.js";

const WARNING = 60_000;
const LOOK = 5_000; // how often the clock is looked at: timers stand still while a computer sleeps, the time does not
const ACTS = ["keydown", "pointerdown"];

export class Idle {
  #milliseconds;
  #end;
  #guarded;
  #timers = [];
  #heardAt = 0;
  #endsAt = 0;
  #warning = null;

  /** After `seconds` without use `end()` is called; `guarded(deed)` runs what asks the server. */
  constructor(seconds, end, guarded) {
    this.#milliseconds = seconds * 1000;
    this.#end = end;
    this.#guarded = guarded;
    for (const act of ACTS) document.addEventListener(act, () => this.#isUsed(), { capture: true, passive: true });
  }

  /** The server answered: the time begins anew. */
  begin() {
    this.stop();
    this.#heardAt = Date.now();
    this.#endsAt = this.#heardAt + this.#milliseconds;
    this.#timers = [
      setInterval(() => Date.now() >= this.#endsAt && this.#end(), LOOK),
      setTimeout(() => this.#warn(), this.#milliseconds - WARNING),
      setTimeout(() => this.#end(), this.#milliseconds),
    ];
  }

  stop() {
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
    this.#warning?.remove();
    this.#warning = null;
  }

  /** Once a minute at most, so that the server knows that someone is here. Who was warned says so with the button. */
  #isUsed() {
    if (!this.#timers.length || this.#warning || Date.now() - this.#heardAt < WARNING) return;
    this.#heardAt = Date.now();
    this.#guarded(() => get("/session"));
  }

  #warn() {
    const root = view("idle");
    slot(root, "stay").addEventListener("click", () =>
      this.#guarded(async () => {
        await get("/session");
        announce(say("stayed"));
      }),
    );
    this.#warning = root.firstElementChild;
    document.getElementById("said").after(this.#warning);
  }
}
