// Which faults are in force, and the acts that end them. Pure.

import { duration, say, zoneName } from "/page/words.js";

// A clock that ticks beside ours is never exactly the same.
const CLOCK_OFF_MS = 500;
// Zones that stand for the supply are mended with it.
const SUPPLY = new Set(["mains", "battery"]);
const HELD = { hotline: "force.held.hotline", tamper: "force.held.tamper" };

/** [{group, store, text, acts}]; `store` is null for what all stores share. */
export function faultsOf(world) {
  return [...world.stores.flatMap(ofStore), ...ofBrokers(world.brokers), ...ofRoom(world.room)];
}

function ofStore(store) {
  const at = (group, text, ...acts) => ({ group, store: store.device, text, acts: acts.map((act) => ({ ...act, store: store.device })) });
  return [...store.zones.flatMap((zone) => ofZone(zone, at)), ...ofNetworks(store, at), ...ofClock(store.clock, at), ...ofBox(store, at), ...ofBank(store.bank, at)];
}

function ofBank(bank, at) {
  if (!bank) return [];
  const ofBuses = bank.buses.flatMap((bus) => [
    ...(bus.adapter === "in" ? [] : [at("bank", say("force.adapter", { bus: bus.name, state: say(`adapter.${bus.adapter}`) }), { do: "adapter", bus: bus.name, state: "in" })]),
    ...(bus.noise === "off" ? [] : [at("bank", say("force.noise", { bus: bus.name }), { do: "coil-noise", bus: bus.name, state: "off" })]),
    ...bus.boards.filter(({ state }) => state !== "well").map(({ number, state }) =>
      at("bank", say("force.board", { n: number, state: say(`board.${state}`) }), { do: "lock-board", bus: bus.name, board: number, state: "well" })),
  ]);
  return [...ofBuses, ...bank.doors.flatMap((door) => ofDoor(door, at))];
}

function ofDoor(door, at) {
  const name = say("door.name", { door: door.name });
  const found = Object.entries(door.cables).filter(([, state]) => state !== null && state !== "whole").map(([end, state]) =>
    at("bank", say("force.cable", { door: name, end: say(`cable.${end}`), state: say(`cablestate.${state}`) }), { do: "cable", door: door.name, sensor: end, state: "whole" }));
  if (door.mechanism !== "good") found.push(at("bank", say("force.mechanism", { door: name, state: say(`mechanism.${door.mechanism}`) }), { do: "mechanism", door: door.name, state: "good" }));
  // A pulse frees a hook too, but not of a door whose one switch says that it is locked.
  const untrip = door.open && door.hook === "engaged" ? [{ do: "untrip", door: door.name }] : [];
  if (door.strike === "torn") found.push(at("bank", say("force.strike", { door: name }), { do: "mechanism", door: door.name, state: "good" }, ...untrip));
  else if (untrip.length) found.push(at("bank", say("force.hook", { door: name }), ...untrip));
  if (door.swapped_with && door.name < door.swapped_with) found.push(at("bank", say("force.swap.doors", { door: name, other: say("door.name", { door: door.swapped_with }) }), { do: "swap", zone: door.name, other: door.swapped_with }));
  return found;
}

function ofZone(zone, at) {
  const name = zoneName(zone.name);
  const found = [];
  if (zone.contact !== "good") found.push(at("contacts", say("force.contact", { zone: name, state: say(`contact.${zone.contact}`) }), { do: "contact", zone: zone.name, state: "good" }));
  for (const [leg, state] of Object.entries(zone.wires)) {
    if (state !== "whole") found.push(at("contacts", say("force.wire", { zone: name, leg: say(`leg.${leg}`), state: say(`wirefault.${state}`) }), { do: "wire", zone: zone.name, state: "whole", leg }));
  }
  // Both zones of a pair say so; exchanging once puts both right.
  if (zone.swapped_with && zone.name < zone.swapped_with) found.push(at("contacts", say("force.swap", { zone: name, other: zoneName(zone.swapped_with) }), { do: "swap", zone: zone.name, other: zone.swapped_with }));
  if (zone.held && !SUPPLY.has(zone.type)) found.push(at("contacts", say(HELD[zone.type] ?? "force.held", { zone: name }), { do: "release", zone: zone.name }));
  return found;
}

function ofNetworks({ networks }, at) {
  return networks.filter((network) => network.state !== "up").map((network) =>
    at("network", say("force.network", { n: network.broker, state: say(`network.${network.state}`) }), { do: "network", state: "up", broker: network.broker }));
}

function ofClock(clock, at) {
  const set = { do: "clock", state: "synced" };
  if (clock.drift_ppm) return [at("clock", say("force.drift", { n: clock.drift_ppm }), { ...set, drift_ppm: 0 })];
  if (Math.abs(clock.off_ms) > CLOCK_OFF_MS) return [at("clock", say("force.clock.off", { time: duration(clock.off_ms) }), set)];
  return clock.synced ? [] : [at("clock", say("force.clock", { state: say("time.unsynced") }), set)];
}

function ofBox(store, at) {
  const found = [];
  if (store.disk.state !== "good") found.push(at("disk", say("force.disk", { state: say(`disk.${store.disk.state}`) }), { do: "disk", state: "good" }));
  if (store.mains === "off") found.push(at("supply", say("force.mains"), { do: "mains", state: "on" }));
  if (store.battery_percent !== null && store.battery_percent < 100) found.push(at("supply", say("force.battery", { n: store.battery_percent }), { do: "battery", charge_percent: 100 }));
  if (store.power === "off") found.push(at("supply", say("force.power"), { do: "power", state: "on" }));
  return found;
}

const ofBrokers = (brokers) => brokers.filter((broker) => broker.state !== "up").map((broker) =>
  ({ group: "brokers", store: null, text: say("force.broker", { n: broker.number, state: say(`broker.${broker.state}`) }), acts: [{ do: "broker", state: "up", broker: broker.number }] }));

const ofRoom = (room) => (room.state === "prompt" ? [] :
  [{ group: "room", store: null, text: say("force.room", { state: say(`mood.${room.state}`) }), acts: [{ do: "room", state: "prompt" }] }]);
