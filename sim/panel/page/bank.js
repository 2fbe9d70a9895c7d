// A bank of lockers: its front as it stands in the street, the card of a door, and what can be done to all of it.

import { act } from "/page/api.js";
import { mountCard } from "/page/bank_card.js";
import { mountFront } from "/page/bank_front.js";
import { mountWhole } from "/page/bank_whole.js";
import { h } from "/page/dom.js";
import { report } from "/page/report.js";
import { chooseDoor, selectedStore, state } from "/page/store.js";

/** Three places on the page, which are shown for banks only. */
export function mountBank(frontRoot, cardRoot, wholeRoot) {
  const send = (body) => act({ ...body, store: selectedStore().device }).then(report);
  const doorOf = (name) => frontRoot.querySelector(`.door[data-door="${CSS.escape(name)}"]`);
  const chosen = () => state.doors.get(selectedStore().device) ?? null;
  const pick = (name, isByKey) => {
    const isOpen = chosen() !== name;
    chooseDoor(selectedStore().device, isOpen ? name : null);
    if (isOpen) card.opened(doorOf(name), isByKey);
  };
  const close = () => {
    const name = chosen();
    chooseDoor(selectedStore().device, null);
    doorOf(name)?.focus();
  };
  frontRoot.addEventListener("keydown", (event) => event.key === "Escape" && chosen() && close());
  const front = mountFront(frontRoot, send, pick);
  const card = mountCard(cardRoot, send, close);
  const whole = mountWhole(wholeRoot, send);

  return (store, nowMs) => {
    const name = chosen();
    front(store, nowMs, name);
    card.update(store, nowMs, store.bank.doors.find((door) => door.name === name) ?? null);
    whole(store, nowMs);
  };
}
