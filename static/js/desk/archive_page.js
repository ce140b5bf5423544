// The page of the archive: closed cases, the last received on top, a page at a time.

import { ListView } from "./list_view.js";
import { announce } from "./status.js";
import { say, slot } from "./words.js";

export async function show(desk) {
  const list = new ListView("archive", desk);
  const more = slot(list.root, "more");
  slot(list.root, "terms").textContent = say("archive-terms", { count: desk.me.terms.closed_days });
  const page = { tips: [], next: null };
  const load = async () => {
    const found = await desk.tips.closed((done, all) => announce(say("opening", { done, all })), page.next);
    page.tips.push(...found.tips);
    page.next = found.next;
    list.show(page.tips);
    more.hidden = page.next === null;
    announce("");
    return found.tips[0];
  };
  more.addEventListener("click", () => desk.guarded(async () => {
    const first = await load();
    (first && list.link(first.id))?.focus();
  }));
  await load();
  if (!desk.isAt("archive")) return;
  desk.put(list.root, say("title-archive"));
  desk.shortcuts.use(list.keys);
  (list.link(desk.left) ?? desk.view.querySelector("h1")).focus();
  desk.left = null;
}
