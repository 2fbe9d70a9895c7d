// The card of one door: what a person, a fitter and the control room can do to it, and what came of that.

import { doorName, stateName } from "/page/bank_door.js";
import { iconOf, moodOf } from "/page/bank_icons.js";
import { outcomeOf } from "/page/bank_commands.js";
import { choice } from "/page/controls.js";
import { drawing, h, setAttr, setText } from "/page/dom.js";
import { CROSS } from "/page/drawings.js";
import { duration, say } from "/page/words.js";

const DEEDS = { "pull": {}, "shut": {}, "force": {}, "strike": { do: "force", breaks: "strike" }, "trip": {} };
const WRONG = ["expired", "replayed", "other-revision", "unsigned"];
const ENDS = ["latch", "reed", "lock"];
const worded = (group, states) => states.map((state) => [state, say(`${group}.${state}`)]);

export function mountCard(root, send, close) {
  let door = null;
  let stood = "";
  const title = h("h2", { id: "door-card-title", tabindex: -1 });
  const state = h("p", { class: "door-says" }, h("span", { class: "door-icon" }), h("strong", {}), h("span", { class: "since" }));
  const means = h("p", { class: "door-means" });
  const shut = h("button", { type: "button", class: "icon-button", "aria-label": say("close"), "data-act": "close-door", onclick: close }, drawing(CROSS));
  const stands = h("p", { class: "door-stands" });
  const nothing = h("p", { class: "door-note", role: "status" });
  const deed = (name) => h("button", { type: "button", class: "button small", "data-act": name, onclick: () => { setText(nothing, refusal(name, door)); send({ do: name, ...DEEDS[name], door: door.name }); } }, say(`deed.${name}`));
  const unlock = h("button", { type: "button", class: "button", "data-act": "unlock", "data-state": "good", onclick: () => send({ do: "unlock", door: door.name }) }, say("deed.unlock"));
  const inspect = h("button", { type: "button", class: "button small", "data-act": "inspect-door", onclick: () => send({ do: "inspect", door: door.name }) }, say("deed.inspect"));
  const wrong = WRONG.map((kind) => h("button", { type: "button", class: "quiet", "data-act": "unlock", "data-state": kind, onclick: () => send({ do: "unlock", door: door.name, state: kind }) }, say(`wrong.${kind}`)));
  const answer = h("p", { class: "door-answer", role: "status" });
  const mechanism = choice(say("card.mechanism"), worded("mechanism", ["good", "jammed", "reshut"]), { "data-act": "mechanism" }, (to) => send({ do: "mechanism", door: door.name, state: to }));
  const cables = ENDS.map((end) => [end, choice(say("card.cable", { end: say(`cable.${end}`) }), worded("cablestate", ["whole", "cut", "stuck"]), { "data-act": "cable", "data-end": end }, (to) => send({ do: "cable", door: door.name, sensor: end, state: to }))]);
  const empty = h("div", { class: "door-none" }, h("h2", { id: "door-none" }, say("card.none")), h("p", { class: "empty" }, say("card.none.more")));
  const group = (name, ...children) => h("div", { class: "doings", role: "group", "aria-label": say(name) }, h("h3", {}, say(name)), ...children);
  const body = h("div", { class: "door-body" },
    h("header", { class: "heading" }, title, state, shut), means, stands,
    group("card.room", h("div", { class: "control-row" }, unlock, inspect), answer),
    group("card.person", h("div", { class: "control-row" }, ...Object.keys(DEEDS).map(deed)), nothing),
    h("div", { class: "wrongly", role: "group", "aria-labelledby": "door-wrong" }, h("span", { class: "choice-label", id: "door-wrong" }, say("card.wrong")), h("div", { class: "choice-row" }, ...wrong)),
    h("details", { class: "group", "data-group": "fitter" }, h("summary", {}, say("card.fitter")), mechanism.element, ...cables.map(([, each]) => each.element)));
  root.append(empty, body);
  root.addEventListener("keydown", (event) => event.key === "Escape" && door && close());

  function update(store, nowMs, now) {
    if (door?.name !== now?.name) setText(nothing, "");
    door = now;
    setAttr(root, "data-open", String(now !== null));
    setAttr(root, "aria-labelledby", now ? "door-card-title" : "door-none");
    setAttr(empty, "hidden", now !== null);
    setAttr(body, "hidden", now === null);
    if (now === null) return;
    setText(title, doorName(now.name));
    setAttr(state, "data-mood", moodOf(now.state));
    setText(state.children[1], stateName(now.state));
    const since = now.state === null || now.since_ms === null ? "" : say("card.since", { time: duration(nowMs - now.since_ms) });
    setText(state.children[2], since);
    if (state.dataset.state !== String(now.state)) state.firstChild.replaceChildren(drawing(iconOf(now.state)));
    state.dataset.state = String(now.state);
    setText(means, say(`door.means.${now.state ?? "none"}`));
    setText(stands, [say("card.stands", { leaf: say(now.open ? "leaf.open" : "leaf.shut"), hook: say(hookWord(now)) }), now.fits_person ? say("card.person-size") : ""].filter(Boolean).join(" "));
    if (stood !== `${now.open} ${now.hook}`) setText(nothing, "");
    stood = `${now.open} ${now.hook}`;
    showAnswer(store.bank.commands.find((command) => command.door === now.name), nowMs);
    mechanism.show(now.mechanism);
    for (const [end, each] of cables) {
      setAttr(each.element, "hidden", now.cables[end] === null);
      each.show(now.cables[end]);
    }
  }

  function showAnswer(command, nowMs) {
    const { text, kind } = command ? outcomeOf(command, nowMs) : { text: say("answer.none"), kind: "" };
    setAttr(answer, "data-outcome", kind);
    setText(answer, text);
  }

  /** On a phone the card is a sheet before the doors: whoever opens it goes on there, and sees the door above it. */
  function opened(button) {
    if (getComputedStyle(root).position !== "fixed") return;
    title.focus({ preventScroll: true });
    const free = root.getBoundingClientRect().top;
    const { top, height } = button.getBoundingClientRect();
    scrollBy(0, top - Math.max(0, (free - height) / 2));
  }
  return { update, opened };
}

const hookWord = (door) => (door.strike === "torn" ? "hook.torn" : door.hook === "free" ? "hook.free" : door.open ? "hook.caught" : "hook.engaged");

/** What happens is nothing: worth a sentence, since nothing on the page moves. */
function refusal(name, door) {
  if (name === "pull" && !door.open && door.hook === "engaged") return say("deed.pull.nothing");
  if (name === "shut" && door.open && door.hook === "engaged") return say("deed.shut.nothing");
  if (name === "trip" && !door.open) return say("deed.trip.nothing");
  return "";
}
