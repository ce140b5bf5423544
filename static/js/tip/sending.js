// Sends sealed bytes until it is certain what became of them: always the same bytes, so that they can't arrive twice.

const PATIENCE = 20_000; // for one answer
const PAUSES = [2_000, 5_000, 10_000, 20_000]; // then somebody has to press the button

/** No certain answer came. */
export class UnsureError extends Error {}

export class Sending {
  #address;
  #bytes;
  #stopping = new AbortController();

  constructor(address, bytes) {
    this.#address = address;
    this.#bytes = bytes;
  }

  /** The server's word; see `receive` in tipline/tipster/sealed.py. `unsure` is called when it has to be tried again by
   * itself. Throws UnsureError when that was tried often enough. */
  async send(unsure) {
    for (const pause of [...PAUSES, null]) {
      try {
        return await this.#once();
      } catch {
        if (pause === null || this.#stopping.signal.aborted) throw new UnsureError("no answer");
        unsure();
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }

  /** Nothing more is sent. */
  stop() {
    this.#stopping.abort();
  }

  async #once() {
    const waiting = new AbortController();
    const timer = setTimeout(() => waiting.abort(), PATIENCE);
    const stop = () => waiting.abort();
    this.#stopping.signal.addEventListener("abort", stop);
    try {
      this.#stopping.signal.throwIfAborted();
      const answer = await fetch(this.#address, {
        method: "POST",
        headers: { "Content-Type": "application/octet-stream" },
        body: this.#bytes,
        cache: "no-store",
        redirect: "error",
        signal: waiting.signal,
      });
      const { is: word } = await answer.json();
      if (!WORDS.includes(word)) throw new UnsureError("no word that is known");
      return word;
    } finally {
      clearTimeout(timer);
      this.#stopping.signal.removeEventListener("abort", stop);
    }
  }
}

const WORDS = ["sent", "receiver", "other", "full", "gone", "malformed"];
