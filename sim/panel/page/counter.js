// The counter: what a clerk, or fate, can lay hands on.

import { act } from "/page/api.js";
import { clockFace } from "/page/clockface.js";
import { BELL, BUTTON, DEVICE, LAMP, PHONE, PLUG, ROUTER, SCISSORS, SPLICE } from "/page/drawings.js";
import { drawing, h, setAttr, setText } from "/page/dom.js";
import { newestOf } from "/page/journey.js";
import { holdable } from "/page/press.js";
import { HandsetRing } from "/page/ring.js";
import { report } from "/page/report.js";
import { Pulse } from "/page/pulse.js";
import { selectedStore } from "/page/store.js";
import { say, storeName, zoneName } from "/page/words.js";
import { slab, Wires } from "/page/wires.js";

export const zoneOf = (store, name) => store.zones.find((zone) => zone.name === name);
const send = (body) => act({ ...body, store: selectedStore().device }).then(report);

/** A drawn button with a name and a state below it. */
export function part(name, label, markup, data, kind = "") {
  const state = h("span", { class: "state", id: `state-${name}` });
  const title = h("span", { class: "name", id: `name-${name}` }, label);
  const tag = h("span", { class: "tag" }, title, state);
  const button = h("button", { type: "button", class: `part ${name} ${kind}`, "aria-labelledby": title.id, "aria-describedby": state.id, ...data }, drawing(markup), tag);
  return { button, state, art: button.firstElementChild };
}

export function showPart(piece, pressed, words, mood = "") {
  setAttr(piece.button, "aria-pressed", String(pressed));
  setAttr(piece.button, "data-mood", mood);
  setText(piece.state, words);
}

/** What a zone has to say for itself, where its name alone does not. */
export function zoneWords(zone, atRest) {
  if (zone.state === null) return say("zone.state.dead");
  return zone.state === "normal" ? atRest : say(`zone.state.${zone.state}`);
}
export const zoneMood = (zone) => (zone.state === null ? "dead" : zone.state === "normal" ? "" : zone.state === "raised" ? "alarm" : "trouble");

export function mountCounter(root) {
  const bigButton = part("big-button", zoneName("counter-button"), BUTTON, { "data-act": "hold", "data-zone": "counter-button" });
  const bell = part("bell", zoneName("panic-bell"), BELL, { "data-act": "hold", "data-zone": "panic-bell" });
  const phone = part("phone", zoneName("hotline"), PHONE, { "data-act": "lift", "data-zone": "hotline" });
  const device = part("device", zoneName("tamper"), DEVICE, { "data-act": "lid", "data-zone": "tamper" });
  const router = part("router", say("router"), ROUTER, { "data-act": "network" });
  const plug = part("plug-part", say("plug"), PLUG, { "data-act": "mains" });
  const ring = new HandsetRing(phone);
  const healthWords = h("span", { class: "value" });
  const clockDigits = h("span", { class: "hidden", "data-clock-digits": true });
  const clockWords = h("span", { class: "value", "data-clock": true });
  const readings = h("dl", { class: "readings" }, h("div", { "data-lamp": "health" }, h("dt", {}, say("health")), h("dd", {}, healthWords)), h("div", {}, h("dt", {}, say("clock")), h("dd", {}, clockDigits, " ", clockWords)));
  const cutter = h("button", { type: "button", class: "cutter", "aria-label": say("wire"), "data-act": "wire", "data-zone": "counter-button" }, drawing(SCISSORS, "whole"), drawing(SPLICE, "cut"));
  const lamp = h("div", { class: "lamp", "data-lamp": "alarm" }, drawing(LAMP), h("div", { class: "lamp-words" }, h("span", { class: "name" }, say("lamp")), h("strong", { class: "look" }), h("span", { class: "means" })));
  const sign = h("h2", { class: "sign" }, h("span", {}));
  const top = slab();
  const scene = h("div", { class: "scene" }, sign,
    h("div", { class: "above" }, phone.button, bell.button, h("div", { class: "unit" }, device.button, readings), router.button, plug.button), top,
    h("div", { class: "below" }, lamp, bigButton.button, cutter));
  root.append(scene);

  const toggleWire = () => send({ do: "wire", zone: "counter-button", state: cutter.ariaPressed === "true" ? "whole" : "cut" });
  const wires = new Wires(scene, { button: bigButton.art, device: device.art, router: router.art, plug: plug.art, slab: top, cutter }, toggleWire);
  const pulse = new Pulse(wires);
  cutter.addEventListener("click", toggleWire);
  for (const { button } of [bigButton, bell]) {
    const { zone } = button.dataset;
    let device = null; // the release belongs to the store whose button was pressed
    holdable(button, () => { device = selectedStore().device; act({ do: "hold", store: device, zone }).then(report); }, () => act({ do: "release", store: device, zone }).then(report));
  }
  const flip = ({ button }, on, off) => button.addEventListener("click", () => send(button.ariaPressed === "true" ? off : on));
  flip(phone, { do: "hold", zone: "hotline" }, { do: "release", zone: "hotline" });
  flip(device, { do: "hold", zone: "tamper" }, { do: "release", zone: "tamper" });
  flip(router, { do: "network", state: "refused" }, { do: "network", state: "up" });
  flip(plug, { do: "mains", state: "off" }, { do: "mains", state: "on" });
  const digits = device.art.querySelector(".digits");

  return (store, nowMs) => {
    setText(sign.firstChild, storeName(store));
    setAttr(scene, "data-power", store.power);
    const [holdup, panic, hotline, tamper] = ["counter-button", "panic-bell", "hotline", "tamper"].map((name) => zoneOf(store, name));
    showPart(bigButton, holdup.held, zoneWords(holdup, holdup.held ? say("button.held") : say("button.hint")), zoneMood(holdup));
    showPart(bell, panic.held, zoneWords(panic, panic.held ? say("button.held") : say("bell.hint")), zoneMood(panic));
    ring.show(hotline, nowMs, store.device);
    showPart(phone, hotline.held, ring.words(hotline, nowMs) ?? zoneWords(hotline, say("phone.rest")), zoneMood(hotline));
    showPart(device, tamper.held, zoneWords(tamper, say(tamper.held ? "lid.open" : "lid.closed")), zoneMood(tamper));
    const links = store.networks.map((network) => network.state);
    const unplugged = links.every((state) => state === "refused");
    const way = links.some((state) => state === "up");
    showPart(router, unplugged, say(unplugged ? "router.out" : links.every((state) => state === "up") ? "router.in" : "router.odd"), way ? "" : "trouble");
    const off = store.mains === "off";
    showPart(plug, off, off && store.on_battery ? say("plug.battery", { n: store.battery_percent }) : say(off ? "plug.out" : "plug.in"), off ? "trouble" : "");
    showWire(holdup);
    showLamp(store);
    const face = clockFace(store.clock, nowMs);
    const dead = store.power === "off";
    setText(digits, dead ? "" : face.digits);
    setText(clockDigits, dead ? "" : face.digits);
    setText(clockWords, dead ? say("zone.state.dead") : face.words);
    setAttr(clockWords, "data-wrong", face.wrong);
    pulse.see(newestOf(store), nowMs);
    wires.show(cutter.ariaPressed === "true", !off, way);
  };

  function showWire(zone) {
    const cut = Object.values(zone.wires).includes("cut");
    setAttr(cutter, "aria-pressed", String(cut));
    const name = say(cut ? "wire.cut" : "wire.whole");
    setAttr(cutter, "aria-label", `${say("wire")}: ${name}`);
    setAttr(cutter, "title", name);
  }

  function showLamp(store) {
    const look = store.lamp.look ?? "none";
    setAttr(lamp, "data-lit", String(store.lamp.lit));
    setAttr(lamp, "data-look", look);
    setText(lamp.querySelector(".look"), say(`lamp.${look}`));
    setText(lamp.querySelector(".means"), say(`lamp.${look}.means`));
    setAttr(device.art, "data-lit", String(store.health.lit));
    const health = store.health.look ?? "dark";
    setAttr(device.art, "data-health", health);
    setText(healthWords, say(store.health.look === null ? "zone.state.dead" : `health.${health}`));
    setAttr(readings.firstElementChild, "data-health", health);
  }
}
