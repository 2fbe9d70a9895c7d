// The control room: what has come in from all stores, and what a person there does about it.

import { act } from "/page/api.js";
import { h, keyed, setAttr, setText } from "/page/dom.js";
import { inspect } from "/page/envelope.js";
import { report } from "/page/report.js";
import { ago, milliseconds, say, storeName, subjectName, typeName } from "/page/words.js";

const WAY = ["received", "acknowledged", "dispatched", "on_scene", "closed"];
const BUTTONS = { alarm: [...WAY.slice(1), "rejected"], trouble: ["acknowledged", "closed"] };
const OPEN_CLASSES = new Set(["alarm", "trouble"]);

export function mountRoom(root) {
  const mood = h("p", { class: "mood" });
  const all = h("button", { type: "button", class: "quiet", "aria-pressed": "false", "data-act": "all" }, say("room.all"));
  const list = h("ol", { class: "messages" });
  const none = h("p", { class: "empty" }, say("room.empty"));
  const scroller = h("div", { class: "room-scroll", tabindex: 0, role: "region", "aria-label": say("room") }, none, list);
  root.append(h("div", { class: "heading" }, h("h2", {}, say("room")), mood, all), scroller);
  let again = () => {};
  all.addEventListener("click", () => {
    setAttr(all, "aria-pressed", String(all.ariaPressed !== "true"));
    again();
  });

  const update = (world, nowMs) => {
    again = () => update(world, nowMs);
    const state = world.room.connected ? world.room.state : "away";
    setText(mood, say(`room.mood.${state}`));
    setAttr(mood, "data-mood", state);
    const shown = world.room.alarms.filter((alarm) => all.ariaPressed === "true" || (OPEN_CLASSES.has(alarm.class) && alarm.phase !== "restored"));
    setAttr(none, "hidden", shown.length > 0);
    const names = new Map(world.stores.map((store) => [store.device, storeName(store)]));
    keyed(list, shown, (alarm) => `${alarm.store}/${alarm.id}`, message, (element, alarm) => show(element, alarm, names, nowMs));
  };
  return update;
}

function message(alarm) {
  const answer = (state) => h("button", { type: "button", "data-act": "answer", "data-state": state, onclick: () => act({ do: "answer", store: alarm.store, state, event: alarm.id }).then(report) }, say(`answer.${state}`));
  const buttons = alarm.phase === "restored" ? [] : BUTTONS[alarm.class] ?? [];
  return h("li", { "data-store": alarm.store, "data-event": alarm.id, "data-class": alarm.class },
    h("div", { class: "message-head" },
      h("button", { type: "button", class: "cell what", "data-act": "inspect", onclick: () => inspect(alarm.store, alarm.id) }),
      h("span", { class: "age" })),
    h("p", { class: "where" }),
    buttons.length ? h("div", { class: "answers", role: "group", "aria-label": say("column.answer") }, ...buttons.map(answer)) : null);
}

function show(element, alarm, names, nowMs) {
  setText(element.querySelector(".what"), typeName(alarm.type) + (alarm.phase === "raised" ? "" : ` · ${say(`phase.${alarm.phase}`)}`));
  setText(element.querySelector(".age"), ago(nowMs - alarm.arrived_ms));
  const facts = [names.get(alarm.store) ?? alarm.store, subjectName(alarm.subject, alarm.type, alarm.detail), say("room.late", { time: milliseconds(alarm.late_ms) })].filter(Boolean);
  if (alarm.restored) facts.push(say("room.restored"));
  if (alarm.conflict) facts.push(say("room.conflict"));
  setText(element.querySelector(".where"), facts.join(" · "));
  const done = WAY.indexOf(alarm.answer);
  setAttr(element, "data-answer", alarm.answer ?? "none");
  for (const button of element.querySelectorAll(".answers button")) {
    const { state } = button.dataset;
    setAttr(button, "aria-pressed", String(alarm.answer === state));
    setAttr(button, "data-done", done >= WAY.indexOf(state) && WAY.includes(state));
  }
}
