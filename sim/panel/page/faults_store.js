// Faults of one store: contacts and wires, supply, clock, disk, network.

import { choice, once, pickFrom, row } from "/page/controls.js";
import { h, keyed, setAttr } from "/page/dom.js";
import { say, zoneName } from "/page/words.js";

const CONTACTS = ["good", "clean", "worn", "dirty", "slow"];
const WIRES = ["whole", "cut", "shorted"];
const DISKS = ["good", "slow", "full", "read-only", "failed", "corrupt"];
const NETWORKS = ["up", "refused", "black", "slow", "lossy", "half-open-up", "half-open-down", "flapping"];
const TIMES = ["synced", "unsynced", "unset"];
const JUMPS = ["-1h", "-5m", "5m", "1h"];
const DRIFTS_PPM = [0, 50, 1000, 50_000];
const CHARGES = [100, 40, 10, 0];
const DELAYS = ["100ms", "300ms", "1s", "3s", "10s"];

// A changeover contact has a wire for each throw; the others have one, of the throw that they are wired to.
const LEGS = { holdup: ["common", "open", "closed"], hotline: ["common", "closed"], tamper: ["common", "closed"] };
const legsOf = (zone) => LEGS[zone.type] ?? ["common", "open"];

const worded = (group, states) => states.map((state) => [state, say(`${group}.${state}`)]);
export const delays = (data, chosen) => pickFrom(say("faults.delay"), DELAYS.map((delay) => [delay, delay]), data, chosen);
const onOff = () => [["on", say("on")], ["off", say("off")]];

export function contacts(store, send) {
  const zone = pickFrom(say("faults.zone"), store.zones.map(({ name }) => [name, zoneName(name)]), { "data-pick": "zone" }, store.zones[0].name, () => again());
  const here = () => ({ zone: zone.value() });
  const contact = choice(say("faults.contact"), worded("contact", CONTACTS), { "data-act": "contact" }, (state) => send({ do: "contact", ...here(), state }));
  const wires = ["common", "open", "closed"].map((leg) => [leg, choice(say("faults.wire", { leg: say(`leg.${leg}`) }), worded("wirefault", WIRES), { "data-act": "wire", "data-leg": leg }, (state) => send({ do: "wire", ...here(), state, leg }))]);
  const swaps = h("div", { class: "choice-row" });
  const swap = h("div", { class: "choice", role: "group", "aria-label": say("faults.swap"), "data-act": "swap" }, h("span", { class: "choice-label" }, say("faults.swap")), swaps);
  const now = row(
    once(say("faults.press"), { "data-act": "press" }, () => send({ do: "press", ...here() })),
    once(say("faults.glitch"), { "data-act": "glitch" }, () => send({ do: "glitch", ...here(), pulses: 20 })),
    once(say("faults.chatter"), { "data-act": "chatter" }, () => send({ do: "chatter", ...here() })));
  let again = () => {};

  const update = (current) => {
    again = () => update(current);
    const shown = current.zones.find(({ name }) => name === zone.value());
    contact.show(shown.contact);
    for (const [leg, each] of wires) {
      setAttr(each.element, "hidden", !legsOf(shown).includes(leg));
      each.show(shown.wires[leg]);
    }
    // Wires are exchanged one for one: only zones with as many can be.
    const others = current.zones.filter((other) => other.name !== shown.name && legsOf(other).length === legsOf(shown).length);
    setAttr(swap, "hidden", others.length === 0);
    keyed(swaps, others, ({ name }) => name, ({ name }) => h("button", { type: "button", "data-state": name, onclick: () => send({ do: "swap", ...here(), other: name }) }, zoneName(name)),
      (button, { name }) => setAttr(button, "aria-pressed", String(shown.swapped_with === name)));
  };
  return { elements: [zone.element, contact.element, ...wires.map(([, each]) => each.element), swap, now], update };
}

export function supply(_, send) {
  const power = choice(say("faults.power"), onOff(), { "data-act": "power" }, (state) => send({ do: "power", state }));
  const mains = choice(say("faults.mains"), onOff(), { "data-act": "mains" }, (state) => send({ do: "mains", state }));
  const battery = choice(say("faults.battery"), CHARGES.map((charge) => [charge, `${charge}%`]), { "data-act": "battery" }, (charge) => send({ do: "battery", charge_percent: Number(charge) }));
  const now = row(
    once(say("faults.brownout"), { "data-act": "brownout" }, () => send({ do: "brownout" })),
    once(say("faults.restart"), { "data-act": "restart" }, () => send({ do: "restart" })));
  const update = (store) => {
    power.show(store.power);
    mains.show(store.mains);
    battery.show(store.battery_percent);
  };
  return { elements: [power.element, mains.element, battery.element, now], update };
}

export function clock(_, send) {
  const time = choice(say("faults.time"), worded("time", TIMES), { "data-act": "clock" }, (state) => send({ do: "clock", state }));
  const jump = h("div", { class: "choice", role: "group", "aria-label": say("faults.jump"), "data-act": "jump" }, h("span", { class: "choice-label" }, say("faults.jump")),
    h("div", { class: "choice-row" }, ...JUMPS.map((length) => h("button", { type: "button", "data-state": length, onclick: () => send({ do: "clock", jump: length }) }, length.startsWith("-") ? length.replace("-", "−") : `+${length}`))));
  const drift = choice(say("faults.drift"), DRIFTS_PPM.map((ppm) => [ppm, `${ppm} ppm`]), { "data-act": "drift" }, (ppm) => send({ do: "clock", drift_ppm: Number(ppm) }));
  const update = ({ clock: now }) => {
    time.show(now.synced ? "synced" : now.off_ms < -1e12 ? "unset" : "unsynced");
    drift.show(now.drift_ppm);
  };
  return { elements: [time.element, jump, drift.element], update };
}

export function disk(_, send) {
  const delay = delays({ "data-pick": "disk-delay" }, "1s");
  const state = choice(say("faults.disk"), worded("disk", DISKS), { "data-act": "disk" }, (to) => send({ do: "disk", state: to, ...(to === "slow" && { delay: delay.value() }) }));
  return { elements: [state.element, delay.element], update: (store) => state.show(store.disk.state) };
}

export function network(store, send) {
  const delay = delays({ "data-pick": "network-delay" }, "300ms");
  const loss = pickFrom(say("faults.loss"), [10, 30, 60, 90].map((percent) => [percent, `${percent}%`]), { "data-pick": "loss" }, 30);
  const period = pickFrom(say("faults.period"), ["2s", "10s", "60s"].map((each) => [each, each]), { "data-pick": "period" }, "10s");
  const extra = { slow: () => ({ delay: delay.value() }), lossy: () => ({ loss_percent: Number(loss.value()) }), flapping: () => ({ period: period.value() }) };
  const ways = store.networks.map(({ broker }) => choice(say("faults.broker", { n: broker }), worded("network", NETWORKS), { "data-act": "network", "data-broker": broker },
    (state) => send({ do: "network", state, broker, ...extra[state]?.() })));
  return { elements: [...ways.map(({ element }) => element), row(delay.element, loss.element, period.element)], update: ({ networks }) => networks.forEach(({ state }, at) => ways[at]?.show(state)) };
}
