// Tips that came in and do not open here: three that were received on one day are an alarm. It is worked out in this browser,
// from what the vault opened, and nothing that is sent depends on it: see docs/threat-model.md.

import { element } from "./parts.js";
import { day, say, slot } from "./words.js";

const MANY = 3;
const LONG = { day: "numeric", month: "long" };

/** Shows the alarm above the inbox while there is reason for it. It is said again only when it says something else. */
export function fillUnopened(box, tips) {
  const words = alarms(tips).map(([date, count]) => say("unopened", { count, day: day(date, LONG) }));
  const lines = slot(box, "unopened-lines");
  box.hidden = words.length === 0;
  if ([...lines.children].map((line) => line.textContent).join("\n") === words.join("\n")) return;
  lines.replaceChildren(...words.map((each) => element("li", each)));
}

/** The days of receipt with too many tips that do not open, the latest first: [date, how many]. */
function alarms(tips) {
  const counted = new Map();
  for (const { told, received_on: date } of tips) if (told === null) counted.set(date, (counted.get(date) ?? 0) + 1);
  return [...counted].filter(([, count]) => count >= MANY).sort(([one], [other]) => (one < other ? 1 : -1));
}
