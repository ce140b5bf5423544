// What is wrong with mail, beside the inbox: who counts on a message that does not come must know it.

import { element } from "./parts.js";
import { post } from "./server.js";
import { announce } from "./status.js";
import { day, say, slot, view } from "./words.js";

/** Shows what the server said of mail; nothing when all is well. */
export function fillMail(desk, root, mail) {
  const lines = [];
  if (!mail.is_sent) lines.push(element("li", say("mail-none")));
  if (mail.is_sent && mail.outage) lines.push(element("li", say("mail-outage", { day: day(mail.outage) })));
  lines.push(...mail.undelivered.map((person) => undelivered(desk, person)));
  if (mail.is_sent && mail.nobody_wants) lines.push(element("li", say("mail-nobody")));
  slot(root, "mail").hidden = lines.length === 0;
  slot(root, "mail-lines").replaceChildren(...lines);
}

function undelivered(desk, { id, name }) {
  const root = view("mail-undelivered");
  const line = root.querySelector("li");
  slot(root, "words").textContent = say("mail-undelivered", { name });
  slot(root, "words").id = `mail-${id}`;
  slot(root, "again").setAttribute("aria-describedby", `mail-${id}`);
  slot(root, "again").addEventListener("click", () =>
    desk.guarded(async () => {
      await post(`/mail/${id}/again`, {});
      line.replaceChildren(element("p", say("mail-again", { name })));
      announce(say("mail-again", { name }));
    }),
  );
  return root;
}
