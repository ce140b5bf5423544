// The vault: a worker of its own, the only place where keys are unlocked. It is asked for deeds and gives back texts that
// people may read, and sealed files. A secret key, a reply key or the unlocking half of a passphrase never leaves it, but for
// a recovery sheet, once: it is made to be printed.
//
// Every file is read with an expectation of what it must be at the place where it was found, so its kind is checked before
// anything in it is used. Nothing that was opened goes to the server: see docs/threat-model.md.

import { answerWith } from "../worker_line.js";
import { openMessages, openTips, sealAnswer, sealNote } from "./vault/conversations.js";
import { handoverDeeds } from "./vault/handover.js";
import { ownKeyDeeds } from "./vault/own_key.js";
import { keyDeeds } from "./vault/point_keys.js";
import { lock } from "./vault/state.js";
import { stretch, unlock } from "./vault/unlocking.js";

answerWith({ stretch, unlock, openTips, openMessages, sealAnswer, sealNote, ...handoverDeeds, ...keyDeeds, ...ownKeyDeeds, lock });
