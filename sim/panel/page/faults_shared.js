// Faults of what all stores share: brokers and the control room.

import { choice } from "/page/controls.js";
import { delays } from "/page/faults_store.js";
import { say } from "/page/words.js";

const BROKERS = ["up", "down", "restarting", "slow", "forgetful"];
const MOODS = ["prompt", "silent", "slow", "lying", "away"];
const LIES = ["digest", "id", "state", "audience", "typ", "key", "borrowed-kid", "algorithm", "signature", "truncated", "payload"];
const DELAYED = new Set(["slow", "restarting"]);

export function brokers(world, send) {
  const delay = delays({ "data-pick": "broker-delay" }, "3s");
  const rows = world.brokers.map(({ number, name }) => choice(`${say("faults.broker", { n: number })} · ${name}`, BROKERS.map((state) => [state, say(`broker.${state}`)]), { "data-act": "broker", "data-broker": number },
    (state) => send({ do: "broker", state, broker: number, ...(DELAYED.has(state) && { delay: delay.value() }) })));
  return { elements: [...rows.map(({ element }) => element), delay.element], update: (now) => now.brokers.forEach(({ state }, at) => rows[at]?.show(state)) };
}

export function controlRoom(_, send) {
  const delay = delays({ "data-pick": "room-delay" }, "3s");
  const mood = choice(say("faults.mood"), MOODS.map((state) => [state, say(`mood.${state}`)]), { "data-act": "room" }, (state) => send({ do: "room", state, ...(state === "slow" && { delay: delay.value() }) }));
  const lie = choice(say("faults.lie"), LIES.map((each) => [each, say(`lie.${each}`)]), { "data-act": "lie" }, (each) => send({ do: "room", state: "lying", lie: each }));
  const update = ({ room }) => {
    mood.show(room.state);
    lie.show(room.state === "lying" ? room.lie : "");
  };
  return { elements: [mood.element, delay.element, lie.element], update };
}
