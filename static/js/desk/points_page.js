// The page of the national point: how every care point does, in numbers that tell of no tip, and which ones to telephone.

import { element } from "./parts.js";
import { get } from "./server.js";
import { announce } from "./status.js";
import { carePointName, count, day, say, slot, view } from "./words.js";

const HOLDERS_NEEDED = 2;

/** Also for who can't open tips yet. */
export const withoutKey = true;

/** Whether this coordinator may see it: then it stands in the desk's menu. The server asks again. */
export function isFor(me) {
  return me.role === "national" && me.care_point.is_national;
}

/** How many care points someone must telephone; the own one is in the inbox. */
export async function calls() {
  return (await get("/points")).points.filter((point) => mustCall(point) && !point.is_national).length;
}

export async function show(desk) {
  const { on, points, total } = await get("/points");
  const root = view("points");
  slot(root, "on").textContent = say("points-on", { day: day(on, { day: "numeric", month: "long", year: "numeric" }) });
  const waiting = points.filter(mustCall);
  slot(root, "none").hidden = waiting.length > 0;
  slot(root, "calls").append(...waiting.map(call));
  const closed = points.filter((point) => !point.has_key);
  slot(root, "rows").append(...points.filter((point) => point.has_key).map(row));
  slot(root, "closed-part").hidden = closed.length === 0;
  slot(root, "closed").append(...closed.map((point) => element("li", carePointName(point.id))));
  slot(root, "total").textContent = say("points-total", { unread: atLeast(total.unread), open: atLeast(total.open) });
  const place = desk.put(root, say("title-points"));
  announce("");
  place.querySelector("h1").focus();
}

function mustCall(point) {
  return point.waits !== null || point.is_announced;
}

/** A care point that someone must telephone, and why. */
function call(point) {
  const root = view("points-call");
  slot(root, "name").textContent = carePointName(point.id);
  const why = [point.waits !== null && count("waits-days", point.waits), point.is_announced && say("announced")];
  slot(root, "why").textContent = why.filter(Boolean).join(" ");
  slot(root, "phone").textContent = point.is_national ? say("own-point") : phoneWords(point.phone);
  return root;
}

function phoneWords(phone) {
  return phone ? say("call-phone", { phone }) : say("call-no-phone");
}

function row(point) {
  const line = view("points-row").querySelector("tr");
  slot(line, "name").textContent = carePointName(point.id);
  slot(line, "region").textContent = point.region;
  fill(line, "open", say(point.is_open ? "points-open" : "points-closed"), !point.is_open);
  fill(line, "holders", count("point-holders", point.holders), point.holders === HOLDERS_NEEDED - 1);
  fill(line, "unread", atLeast(point.unread));
  fill(line, "cases", atLeast(point.open));
  fill(line, "first-read", point.first_read === null ? say("too-few") : count("read-within", point.first_read));
  fill(line, "mail", count("mail-dead", point.without_mail), point.without_mail > 0);
  return line;
}

function fill(line, name, words, isWarning = false) {
  const made = element("span", words);
  if (isWarning) made.className = "tag now";
  slot(line, name).append(made);
}

function atLeast(number) {
  return number === null ? say("fewer-than-five") : say("at-least", { count: number });
}
