// Who works at this care point: names for the ids that the server gives.

import { get } from "./server.js";
import { say } from "./words.js";

export class Colleagues {
  me = "";
  #all = [];

  async load() {
    const { me, colleagues } = await get("/colleagues");
    this.me = me;
    this.#all = colleagues;
  }

  /** Those who work here now: {id, name}. */
  get here() {
    return this.#all.filter((each) => each.is_here);
  }

  /** The name that belongs to an id; null when it is nobody's of this care point. */
  nameOf(id) {
    const found = this.#all.find((each) => each.id === id);
    if (!found) return null;
    return found.is_here ? found.name : say("former", { name: found.name });
  }
}
