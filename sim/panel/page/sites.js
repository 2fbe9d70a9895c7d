// All stores at a glance, and which one is looked at.

import { LOCKERS, moodOf } from "/page/bank_icons.js";
import { drawing, h, keyed, setAttr, setText } from "/page/dom.js";
import { BOLT, LINK } from "/page/drawings.js";
import { select } from "/page/store.js";
import { say, storeName } from "/page/words.js";

const MOVES = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export function mountSites(root) {
  const list = h("div", { class: "sites", role: "tablist", "aria-label": say("sites") });
  root.append(list);
  list.addEventListener("keydown", (event) => {
    const tabs = [...list.children];
    const at = tabs.indexOf(document.activeElement);
    const to = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1 : at + (MOVES[event.key] ?? NaN);
    if (Number.isNaN(to) || at < 0) return;
    event.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length];
    next.focus();
    select(next.dataset.store);
  });

  let shown = null;
  return (world, selected) => {
    keyed(list, world.stores, (store) => store.device, create, (tab, store) => show(tab, store, store.device === selected));
    if (shown !== selected) bringIn(list, list.querySelector("[aria-selected=true]"));
    shown = selected;
  };
}

/** Sideways only: the page itself stays where it is. */
function bringIn(list, tab) {
  const [seen, wanted] = [list, tab].map((element) => element.getBoundingClientRect());
  if (wanted.left < seen.left || wanted.right > seen.right) list.scrollLeft += wanted.left - seen.left;
}

function create(store) {
  return h("button", { type: "button", class: "site", role: "tab", id: `tab-${store.device}`, "aria-controls": store.bank ? "bank" : "counter", "data-store": store.device, onclick: () => select(store.device) },
    h("span", { class: "site-lamp" }),
    store.bank ? h("span", { class: "site-kind" }, drawing(LOCKERS)) : null,
    h("span", { class: "site-name" }),
    store.bank ? h("span", { class: "site-alarm" }) : null,
    h("span", { class: "site-signs" }, h("span", { class: "sign-power" }, drawing(BOLT)), h("span", { class: "sign-link" }, drawing(LINK))),
    h("span", { class: "hidden site-words" }));
}

function show(tab, store, chosen) {
  setAttr(tab, "aria-selected", String(chosen));
  setAttr(tab, "tabindex", chosen ? 0 : -1);
  setText(tab.querySelector(".site-name"), storeName(store));
  const lamp = tab.firstElementChild;
  setAttr(lamp, "data-lit", String(store.lamp.lit));
  setAttr(lamp, "data-look", store.lamp.look ?? "none");
  const power = store.power === "off" ? "off" : store.on_battery ? "battery" : "on";
  setAttr(tab, "data-power", power);
  setAttr(tab, "data-link", store.connected ? "on" : "off");
  const kind = store.bank ? [say("site.bank")] : [];
  const alarms = store.bank?.doors.filter((door) => moodOf(door.state) === "alarm").length ?? 0;
  if (store.bank) setText(tab.querySelector(".site-alarm"), alarms ? String(alarms) : "");
  if (alarms) kind.push(say("site.doors.alarm", { n: alarms }));
  const words = [...kind, say(`lamp.${store.lamp.look ?? "none"}`), say({ on: "site.power", battery: "site.battery", off: "site.power.off" }[power]), say(store.connected ? "site.link" : "site.link.off")].join(", ");
  setText(tab.lastChild, `, ${words}`);
  setAttr(tab, "title", words);
}
