// One door of the bank: a button, drawn as the door stands, with what the agent says of it below.

import { iconOf, moodOf, PERSON, SPANNER } from "/page/bank_icons.js";
import { drawing, h, setAttr, setText } from "/page/dom.js";
import { say } from "/page/words.js";

export const doorName = (name) => say("door.name", { door: name });
export const stateName = (state) => say(`door.state.${state ?? "none"}`);

/** What somebody has broken at it, in words. */
export function brokenAt(door) {
  const found = door.mechanism === "good" ? [] : [say("door.mechanism", { state: say(`mechanism.${door.mechanism}`) })];
  if (door.strike === "torn") found.push(say("door.strike"));
  if (door.swapped_with !== null) found.push(say("door.swap", { other: doorName(door.swapped_with) }));
  const cables = Object.entries(door.cables).filter(([, state]) => state !== null && state !== "whole");
  return [...found, ...cables.map(([end, state]) => say("door.cable", { end: say(`cable.${end}`), state: say(`cablestate.${state}`) }))];
}

export function createDoor(door, pick) {
  const parts = [
    h("span", { class: "door-hollow" }, h("span", { class: "door-hook" })),
    h("span", { class: "door-leaf" }, h("span", { class: "door-handle" }), door.fits_person ? drawing(PERSON, "door-person") : null),
    h("span", { class: "door-number" }, door.name),
    h("span", { class: "door-broken", hidden: true }, drawing(SPANNER)),
    h("span", { class: "door-icon" }),
    h("span", { class: "door-word" }),
  ];
  return h("button", { type: "button", class: "door", "data-door": door.name, "data-size": door.fits_person ? "large" : "", "aria-controls": "door-card", onclick: ({ detail }) => pick(door.name, detail === 0) }, ...parts);
}

export function showDoor(button, door, chosen) {
  const broken = brokenAt(door);
  setAttr(button, "data-open", String(door.open));
  setAttr(button, "data-hook", door.hook);
  setAttr(button, "data-state", door.state ?? "none");
  setAttr(button, "data-mood", moodOf(door.state));
  setAttr(button, "aria-expanded", String(chosen));
  const words = [doorName(door.name), say(door.open ? "leaf.open" : "leaf.shut"), say("door.says", { state: stateName(door.state) }), ...broken];
  setAttr(button, "aria-label", words.join(", "));
  setAttr(button.querySelector(".door-broken"), "hidden", broken.length === 0);
  setText(button.querySelector(".door-word"), stateName(door.state));
  const icon = button.querySelector(".door-icon");
  if (icon.dataset.state !== String(door.state)) icon.replaceChildren(drawing(iconOf(door.state)));
  icon.dataset.state = String(door.state);
}
