// Taking a case along: on paper, or as its sealed files. Both ask to prove oneself anew, and both are written down first.

import { fromBase64Url } from "../formats/bytes.js";
import { post } from "./server.js";
import { announce } from "./status.js";
import { withStepUp } from "./step_up.js";
import { say, slot, view } from "./words.js";

/** Adds the two buttons beside a case. */
export function addTo(place, desk, tip) {
  const part = view("export");
  const deeds = { print, "save-files": save };
  for (const [name, deed] of Object.entries(deeds)) {
    slot(part, name).addEventListener("click", () => desk.guarded(() => deed(desk, tip)));
  }
  place.querySelector("aside").append(part);
}

async function print(desk, tip) {
  await withStepUp(desk, (proof) => post(`/tips/${tip.id}/printed`, proof));
  announce("");
  window.print();
}

async function save(desk, tip) {
  const { name, file } = await withStepUp(desk, (proof) => post(`/tips/${tip.id}/export`, proof));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([fromBase64Url(file)], { type: "application/zip" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
  announce(say("exported", { name }));
}
