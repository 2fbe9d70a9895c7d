// The front of the bank: columns of doors, and between them the column with the panic button, the key switch and the agent.

import { act } from "/page/api.js";
import { createDoor, showDoor } from "/page/bank_door.js";
import { clockFace } from "/page/clockface.js";
import { part, showPart, zoneMood, zoneOf, zoneWords } from "/page/counter.js";
import { DEVICE, KEY_SWITCH, LAMP, PANIC } from "/page/drawings.js";
import { drawing, h, keyed, setAttr, setText } from "/page/dom.js";
import { holdable } from "/page/press.js";
import { report } from "/page/report.js";
import { selectedStore } from "/page/store.js";
import { say, storeName, zoneName } from "/page/words.js";

const ZONES = ["panic-button", "key-switch", "tamper"];

export function mountFront(root, send, pick) {
  const sign = h("h2", { class: "sign" }, h("span", {}));
  const [panic, key, flap] = [
    part("bank-panic", zoneName("panic-button"), PANIC, { "data-act": "hold", "data-zone": "panic-button" }),
    part("bank-key", zoneName("key-switch"), KEY_SWITCH, { "data-act": "key", "data-zone": "key-switch" }),
    part("bank-flap", zoneName("tamper"), DEVICE, { "data-act": "lid", "data-zone": "tamper" }, "device"),
  ];
  const service = h("div", { class: "service", role: "group", "aria-label": say("bank.service") }, flap.button, key.button, panic.button);
  const left = h("div", { class: "cabinet" });
  const right = h("div", { class: "cabinet" });
  const doors = h("div", { class: "cabinets", role: "toolbar", "aria-label": say("bank.doors") }, left, service, right);
  const lamp = h("div", { class: "lamp", "data-lamp": "alarm" }, drawing(LAMP), h("div", { class: "lamp-words" }, h("span", { class: "name" }, say("bank.lamp")), h("strong", { class: "look" }), h("span", { class: "means" })));
  const health = h("dd");
  const clockWords = h("dd");
  const readings = h("dl", { class: "readings" }, h("div", {}, h("dt", {}, say("health")), health), h("div", {}, h("dt", {}, say("clock")), clockWords));
  const front = h("div", { class: "front" }, sign, doors, h("div", { class: "pavement" }, lamp, readings));
  root.append(front);

  let device = null; // the release belongs to the bank whose button was pressed
  holdable(panic.button, () => { device = selectedStore().device; act({ do: "hold", store: device, zone: "panic-button" }).then(report); }, () => act({ do: "release", store: device, zone: "panic-button" }).then(report));
  for (const { button } of [key, flap]) {
    button.addEventListener("click", () => send({ do: button.ariaPressed === "true" ? "release" : "hold", zone: button.dataset.zone }));
  }
  doors.addEventListener("keydown", (event) => walk(event, doors));
  doors.addEventListener("focusin", (event) => event.target.matches(".door") && stop(doors, event.target));
  const digits = flap.art.querySelector(".digits");

  return (store, nowMs, chosen) => {
    const { columns } = store.bank;
    const byName = new Map(store.bank.doors.map((door) => [door.name, door]));
    const middle = Math.floor(columns.length / 3);
    setText(sign.firstChild, storeName(store));
    setAttr(front, "data-power", store.power);
    for (const [cabinet, part] of [[left, columns.slice(0, middle)], [right, columns.slice(middle)]]) {
      keyed(cabinet, part, (names) => names.join(), () => h("div", { class: "column" }), (column, names) =>
        keyed(column, names.map((name) => byName.get(name)), (door) => `${store.device}/${door.name}`, (door) => createDoor(door, pick), (button, door) => showDoor(button, door, door.name === chosen)));
    }
    const all = [...doors.querySelectorAll(".door")];
    if (!all.some((door) => door.tabIndex === 0)) stop(doors, all[0]);
    const [panicZone, keyZone, flapZone] = ZONES.map((name) => zoneOf(store, name));
    showPart(panic, panicZone.held, zoneWords(panicZone, say(panicZone.held ? "button.held" : "panic.rest")), zoneMood(panicZone));
    showPart(key, keyZone.held, keyZone.state === null ? say("zone.state.dead") : say(keyZone.held ? "key.on" : "key.off"), "");
    showPart(flap, flapZone.held, zoneWords(flapZone, say(flapZone.held ? "lid.open" : "lid.closed")), zoneMood(flapZone));
    showAgent(store, nowMs);
  };

  function showAgent(store, nowMs) {
    const look = store.lamp.look ?? "none";
    setAttr(lamp, "data-lit", String(store.lamp.lit));
    setAttr(lamp, "data-look", look);
    setText(lamp.querySelector(".look"), say(`lamp.${look}`));
    setText(lamp.querySelector(".means"), say(look === "dark" ? "bank.lamp.dark.means" : `lamp.${look}.means`));
    setAttr(flap.art, "data-lit", String(store.health.lit));
    setAttr(flap.art, "data-health", store.health.look ?? "dark");
    setText(health, say(store.health.look === null ? "zone.state.dead" : `health.${store.health.look}`));
    setAttr(readings.firstElementChild, "data-health", store.health.look ?? "dark");
    const face = clockFace(store.clock, nowMs);
    setText(digits, store.power === "off" ? "" : face.digits);
    setText(clockWords, store.power === "off" ? say("zone.state.dead") : face.words);
    setAttr(clockWords, "data-wrong", face.wrong);
  }
}

/** One door is in the way of the tabulator; arrow keys go to the others. */
function stop(doors, chosen) {
  for (const door of doors.querySelectorAll(".door")) setAttr(door, "tabindex", door === chosen ? 0 : -1);
}

const centre = (element) => {
  const box = element.getBoundingClientRect();
  return { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 };
};
const AHEAD = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

function walk(event, doors) {
  const here = document.activeElement;
  if (!here.matches(".door")) return;
  const all = [...doors.querySelectorAll(".door")];
  const next = event.key === "Home" ? all[0] : event.key === "End" ? all.at(-1) : nearest(here, all, AHEAD[event.key]);
  if (!next) return;
  event.preventDefault();
  next.focus();
}

/** The door that one would reach for in that direction: what is aside counts more than what is far. */
function nearest(here, all, ahead) {
  if (!ahead) return null;
  const from = centre(here);
  const rated = all.filter((door) => door !== here).map((door) => {
    const { x, y } = centre(door);
    const along = (x - from.x) * ahead[0] + (y - from.y) * ahead[1];
    const aside = Math.abs((x - from.x) * ahead[1]) + Math.abs((y - from.y) * ahead[0]);
    return { door, along, cost: along + 3 * aside };
  });
  return rated.filter(({ along }) => along > 1).sort((one, other) => one.cost - other.cost)[0]?.door ?? null;
}
