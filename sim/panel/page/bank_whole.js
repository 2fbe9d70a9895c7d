// The whole bank: what the control room asks of all of it, its plug and router, its wiring, and the last commands.

import { commandName, outcomeOf } from "/page/bank_commands.js";
import { choice, pickFrom } from "/page/controls.js";
import { h, keyed, setAttr, setText } from "/page/dom.js";
import { ago, say } from "/page/words.js";

const ADAPTERS = ["in", "out", "echo"];
const BOARDS = ["well", "absent", "mute", "late", "garbage", "truncated", "bad-checksum", "cooldown", "chatty", "inverted", "reversed", "longer", "twin"];
const SHOWN = 6;
const worded = (group, states) => states.map((state) => [state, say(`${group}.${state}`)]);

export function mountWhole(root, send) {
  const all = h("button", { type: "button", class: "button small", "data-act": "open-all", onclick: () => send({ do: "open-all" }) }, say("deed.open-all"));
  const look = h("button", { type: "button", class: "button small", "data-act": "inspect-all", onclick: () => send({ do: "inspect" }) }, say("deed.inspect-all"));
  const hint = h("p", { class: "door-note" });
  const plug = choice(say("plug"), [["on", say("plug.in")], ["off", say("plug.out")]], { "data-act": "bank-mains" }, (state) => send({ do: "mains", state }));
  const router = choice(say("router"), [["up", say("router.in")], ["refused", say("router.out")]], { "data-act": "bank-network" }, (state) => send({ do: "network", state }));
  const buses = h("div", { class: "buses" });
  const commands = h("ol", { class: "commands" });
  const none = h("p", { class: "empty" }, say("commands.none"));
  root.append(h("div", { class: "whole-parts" },
    h("div", { class: "whole-part" }, h("h2", { id: "whole-title" }, say("whole")), h("div", { class: "control-row" }, all, look), hint,
      h("div", { class: "pairs" }, plug.element, router.element),
      h("details", { class: "group", "data-group": "wiring" }, h("summary", {}, say("whole.wiring")), buses)),
    h("div", { class: "whole-part" }, h("h3", {}, say("commands")), none, commands)));
  const rows = new Map();

  return (store, nowMs) => {
    const { bank } = store;
    setText(hint, say(bank.key === "on" ? "open-all.key" : "open-all.nokey"));
    plug.show(store.mains);
    const states = store.networks.map(({ state }) => state);
    router.show(states.every((state) => state === "refused") ? "refused" : states.every((state) => state === "up") ? "up" : "");
    keyed(buses, bank.buses, (bus) => `${store.device}/${bus.name}`, (bus) => create(bus, rows, send), (element, bus) => rows.get(element)(bus));
    const shown = bank.commands.slice(0, SHOWN);
    setAttr(none, "hidden", shown.length > 0);
    keyed(commands, shown, (command) => `${command.jti}/${command.at_ms}`, () => h("li", {}, h("span", { class: "outcome" }), h("span", { class: "age" })), (item, command) => {
      const { text, kind } = outcomeOf(command, nowMs);
      setAttr(item, "data-outcome", kind);
      setAttr(item, "data-command", command.command);
      setText(item.firstChild, text || commandName(command));
      setText(item.lastChild, ago(nowMs - command.at_ms));
    });
  };
}

function create(bus, rows, send) {
  const adapter = choice(say("bus.adapter", { bus: bus.name }), worded("adapter", ADAPTERS), { "data-act": "adapter" }, (state) => send({ do: "adapter", bus: bus.name, state }));
  const noise = choice(say("bus.noise"), [["off", say("off")], ["on", say("on")]], { "data-act": "coil-noise" }, (state) => send({ do: "coil-noise", bus: bus.name, state }));
  const boards = bus.boards.map(({ number }) => {
    const pick = pickFrom(say("bus.board", { n: number }), worded("board", BOARDS), { "data-act": "lock-board", "data-board": number }, "well", () => send({ do: "lock-board", bus: bus.name, board: number, state: pick.value() }));
    return pick;
  });
  const element = h("div", { class: "bus" }, adapter.element, h("div", { class: "control-row" }, ...boards.map(({ element: each }) => each)), noise.element);
  rows.set(element, (now) => {
    adapter.show(now.adapter);
    noise.show(now.noise);
    now.boards.forEach(({ state }, at) => boards[at].show(state));
  });
  return element;
}
