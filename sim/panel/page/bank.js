// A bank of lockers: its front as it stands in the street, the card of a door, and what can be done to all of it.

import { act } from "/page/api.js";
import { mountCard } from "/page/bank_card.js";
import { mountFront } from "/page/bank_front.js";
import { mountWhole } from "/page/bank_whole.js";
import { h } from "/page/dom.js";
import { report } from "/page/report.js";
import { changed, selectedStore } from "/page/store.js";

const chosen = new Map(); // by device: the door whose card is open; outlives a change of store or language

/** Three places on the page, which are shown for banks only. */
export function mountBank(frontRoot, cardRoot, wholeRoot) {
  const send = (body) => act({ ...body, store: selectedStore().device }).then(report);
  const doorOf = (name) => frontRoot.querySelector(`.door[data-door="${CSS.escape(name)}"]`);
  const pick = (name) => {
    const { device } = selectedStore();
    if (chosen.get(device) === name) chosen.delete(device);
    else chosen.set(device, name);
    changed();
    if (chosen.has(device)) card.opened(doorOf(name));
  };
  const close = () => {
    const { device } = selectedStore();
    const name = chosen.get(device);
    chosen.delete(device);
    changed();
    doorOf(name)?.focus();
  };
  const front = mountFront(frontRoot, send, pick);
  const card = mountCard(cardRoot, send, close);
  const whole = mountWhole(wholeRoot, send);

  return (store, nowMs) => {
    const name = chosen.get(store.device) ?? null;
    front(store, nowMs, name);
    card.update(store, nowMs, store.bank.doors.find((door) => door.name === name) ?? null);
    whole(store, nowMs);
  };
}
