// The line between a page and a worker that does what takes a while, or holds what a page must not hold: both its ends. The
// page asks for deeds by their names; of what goes wrong only the name of the error comes back.

/** The worker refused, broke or is gone; `name` is the name of its reason, GoneError when there is no worker any more. */
export class RefusedDeedError extends Error {
  constructor(name) {
    super(name);
    this.name = name;
  }
}

/** The page's end. */
export class WorkerLine {
  #worker;
  #waiting = new Map();
  #calls = 0;
  #isOver = false;

  /** `address` is that of the worker's module. */
  constructor(address) {
    this.#worker = new Worker(address, { type: "module" });
    this.#worker.addEventListener("message", ({ data }) => this.#answered(data));
    this.#worker.addEventListener("error", () => this.end());
  }

  /** What the worker gives for a deed. What stands in `transfer` is not here any more afterwards. Throws RefusedDeedError. */
  ask(deed, details = {}, transfer = []) {
    if (this.#isOver) return Promise.reject(new RefusedDeedError("GoneError"));
    this.#calls += 1;
    const call = this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(call, { resolve, reject });
      this.#worker.postMessage({ call, deed, details }, transfer);
    });
  }

  /** Ends the worker, and everything it knows. */
  end() {
    this.#isOver = true;
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(new RefusedDeedError("GoneError"));
    this.#waiting.clear();
  }

  #answered({ call, result, error }) {
    const { resolve, reject } = this.#waiting.get(call);
    this.#waiting.delete(call);
    if (error) reject(new RefusedDeedError(error));
    else resolve(result);
  }
}

/** The worker's end: does these deeds, by their names, when it is asked. */
export function answerWith(deeds) {
  self.addEventListener("message", async ({ data: { call, deed, details } }) => {
    try {
      self.postMessage({ call, result: await deeds[deed](details) });
    } catch (error) {
      // Its name only: a message could quote what was typed or opened.
      self.postMessage({ call, error: error.name });
    }
  });
}
