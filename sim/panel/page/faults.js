// The drawer of faults: what is wrong now, what else can go wrong, and one button that mends it all.

import { act, acts } from "/page/api.js";
import { drawing, h, keyed, setAttr, setText } from "/page/dom.js";
import { CRACK, CROSS } from "/page/drawings.js";
import * as shared from "/page/faults_shared.js";
import * as ofStore from "/page/faults_store.js";
import { faultsOf } from "/page/force.js";
import { report } from "/page/report.js";
import { selectedStore } from "/page/store.js";
import { say, storeName } from "/page/words.js";

const STORE_GROUPS = { contacts: ofStore.contacts, supply: ofStore.supply, network: ofStore.network, disk: ofStore.disk, clock: ofStore.clock };
const SHARED_GROUPS = { brokers: shared.brokers, room: shared.controlRoom };

const unfolded = new Set(["contacts", "network", "room"]); // outlives a change of store or language
let isOpen = false;

export function mountFaults(root, opener) {
  const count = h("span", { class: "count" });
  opener.append(drawing(CRACK), h("span", { class: "label" }, say("faults")), count);
  const mend = h("button", { type: "button", class: "button", "data-act": "mend" }, say("faults.mend"));
  const close = h("button", { type: "button", class: "icon-button", "aria-label": say("faults.close"), "data-act": "close-faults" }, drawing(CROSS));
  const list = h("ul", { class: "in-force" });
  const forStore = h("h3");
  const elsewhere = h("p", { class: "empty" }, say("faults.bank"));
  const groups = h("div", { class: "groups" });
  const sharedGroups = h("div", { class: "groups" });
  const drawer = h("aside", { class: "faults", id: "faults", "aria-labelledby": "faults-title" },
    h("header", {}, h("h2", { id: "faults-title", tabindex: -1 }, say("faults")), mend, close),
    h("div", { class: "faults-body" }, list, forStore, elsewhere, groups, h("h3", {}, say("faults.for-all")), sharedGroups));
  root.append(drawer);

  const open = (to) => {
    isOpen = to;
    setAttr(drawer, "hidden", !to);
    setAttr(opener, "aria-expanded", String(to));
    document.documentElement.toggleAttribute("data-faults", to);
  };
  opener.addEventListener("click", () => { open(!isOpen); if (isOpen) drawer.querySelector("h2").focus(); });
  const shut = () => { open(false); opener.focus(); };
  close.addEventListener("click", shut);
  drawer.addEventListener("keydown", (event) => event.key === "Escape" && shut());
  open(isOpen);

  let faults = [];
  mend.addEventListener("click", () => acts(faults.flatMap((fault) => fault.acts)).then(report));
  const storeSend = (body) => act({ ...body, store: selectedStore().device }).then(report);
  const sharedSend = (body) => act(body).then(report);
  let built = null;
  let builtShared = null;

  return (world, store) => {
    faults = faultsOf(world);
    setText(count, faults.length ? String(faults.length) : "");
    setAttr(opener, "data-count", faults.length);
    setAttr(opener, "aria-label", faults.length ? `${say("faults")}, ${say("faults.count", { n: faults.length })}` : say("faults"));
    setAttr(mend, "disabled", faults.length === 0);
    const names = new Map(world.stores.map((each) => [each.device, storeName(each)]));
    const shown = faults.length ? faults : [{ text: say("faults.none"), acts: [], store: null }];
    keyed(list, shown, (fault) => `${fault.store}/${fault.text}`, () => h("li"), (item, fault) => {
      setText(item, fault.store ? `${names.get(fault.store)} · ${fault.text}` : fault.text);
      setAttr(item, "data-none", fault.acts.length === 0);
    });
    setText(forStore, say("faults.for-store", { store: storeName(store) }));
    setAttr(elsewhere, "hidden", !store.bank);
    if (built?.device !== store.device) built = { device: store.device, groups: fill(groups, STORE_GROUPS, store, storeSend) };
    builtShared ??= fill(sharedGroups, SHARED_GROUPS, world, sharedSend);
    for (const group of built.groups) group.update(store, faults.some((fault) => fault.group === group.name && fault.store === store.device));
    for (const group of builtShared) group.update(world, faults.some((fault) => fault.group === group.name));
  };
}

function fill(parent, groups, subject, send) {
  const filled = Object.entries(groups).map(([name, make]) => {
    const { elements, update } = make(subject, send);
    const details = h("details", { class: "group", "data-group": name, open: unfolded.has(name), ontoggle: () => (details.open ? unfolded.add(name) : unfolded.delete(name)) }, h("summary", {}, say(`faults.${name}`)), ...elements);
    const show = (now, isWrong) => {
      setAttr(details, "data-wrong", isWrong);
      update(now);
    };
    return { name, details, update: show };
  });
  parent.replaceChildren(...filled.map(({ details }) => details));
  return filled;
}
