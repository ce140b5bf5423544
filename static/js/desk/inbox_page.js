// The page of the inbox: fetches, opens and lists.

import { address, inbox } from "./inbox.js";
import { announce } from "./status.js";
import { say, slot } from "./words.js";

/** `looked`: the coordinator asked for new tips, and wants to stay where he is. */
export async function show(desk, _rest = "", looked = false) {
  const all = await desk.tips.all((done, of) => announce(say("opening", { done, all: of })));
  const { root, unread } = inbox(all, desk.me.holders, () => desk.guarded(() => show(desk, "", true)));
  const place = desk.put(root, say("title-inbox", { count: unread }));
  announce(looked ? say("looked", { count: unread }) : "");
  const row = desk.left && place.querySelector(`a[href="${address(desk.left)}"]`);
  const target = looked ? slot(place, "refresh") : row;
  desk.left = null;
  (target ?? place.querySelector("h1")).focus();
}
