// The card of one door: what a person, a fitter and the control room can do to it, and what came of that.

import { doorName, stateName } from "/page/bank_door.js";
import { iconOf, moodOf } from "/page/bank_icons.js";
import { isUnlocking, outcomeOf } from "/page/bank_commands.js";
import { isLatchOnly, mistakeAbout } from "/page/bank_truth.js";
import { choice, pickFrom } from "/page/controls.js";
import { drawing, h, keyed, setAttr, setText } from "/page/dom.js";
import { CROSS } from "/page/drawings.js";
import { duration, knows, say } from "/page/words.js";

const DEEDS = { "pull": {}, "shut": {}, "force": {}, "strike": { do: "force", breaks: "strike" }, "trip": {}, "untrip": {} };
const WRONG = ["expired", "replayed", "other-revision", "unsigned"];
const ENDS = ["latch", "reed", "lock"];
// So much of the card tells that it is open: its name, what is said of the door, and the first buttons.
const SEEN_PX = 160;
const worded = (group, states) => states.map((state) => [state, say(`${group}.${state}`)]);

export function mountCard(root, send, close) {
  let door = null;
  let stood = "";
  let isAsking = false;
  const title = h("h2", { id: "door-card-title", tabindex: -1 });
  const state = h("p", { class: "door-says" }, h("span", { class: "door-icon" }), h("strong", {}), h("span", { class: "since" }));
  const means = h("p", { class: "door-means" });
  const shut = h("button", { type: "button", class: "icon-button", "aria-label": say("close"), "data-act": "close-door", onclick: close }, drawing(CROSS));
  const stands = h("p", { class: "door-stands" });
  const nothing = h("p", { class: "door-note", role: "status" });
  const deed = (name) => h("button", { type: "button", class: "button small", "data-act": name, title: knows(`deed.${name}.help`) && say(`deed.${name}.help`), onclick: () => { setText(nothing, refusal(name, door)); send({ do: name, ...DEEDS[name], door: door.name }); } }, say(`deed.${name}`));
  const unlock = h("button", { type: "button", class: "button", "data-act": "unlock", "data-state": "good", onclick: ask }, say("deed.unlock"));
  const inspect = h("button", { type: "button", class: "button small", "data-act": "inspect-door", onclick: () => send({ do: "inspect", door: door.name }) }, say("deed.inspect"));
  const wrong = WRONG.map((kind) => h("button", { type: "button", class: "quiet", "data-act": "unlock", "data-state": kind, onclick: () => send({ do: "unlock", door: door.name, state: kind }) }, say(`wrong.${kind}`)));
  const answer = h("p", { class: "door-answer", role: "status" });
  const mechanism = choice(say("card.mechanism"), worded("mechanism", ["good", "jammed", "reshut"]), { "data-act": "mechanism" }, (to) => send({ do: "mechanism", door: door.name, state: to }));
  const cables = ENDS.map((end) => [end, choice(say("card.cable", { end: say(`cable.${end}`) }), worded("cablestate", ["whole", "cut", "stuck"]), { "data-act": "cable", "data-end": end }, (to) => send({ do: "cable", door: door.name, sensor: end, state: to }))]);
  const swap = pickFrom(say("card.swap"), [["", say("card.swap.none")]], { "data-act": "swap" }, "", () => exchange(swap.value()));
  const empty = h("div", { class: "door-none" }, h("h2", { id: "door-none" }, say("card.none")), h("p", { class: "empty" }, say("card.none.more")));
  const group = (name, ...children) => h("div", { class: "doings", role: "group", "aria-label": say(name) }, h("h3", {}, say(name)), ...children);
  const body = h("div", { class: "door-body" },
    h("header", { class: "heading" }, title, state, shut), means, stands,
    group("card.room", h("div", { class: "control-row" }, unlock, inspect), answer,
      h("div", { class: "wrongly", role: "group", "aria-labelledby": "door-wrong" }, h("span", { class: "choice-label", id: "door-wrong" }, say("card.wrong")), h("div", { class: "choice-row" }, ...wrong))),
    group("card.person", h("div", { class: "control-row" }, ...Object.keys(DEEDS).map(deed)), nothing),
    h("details", { class: "group", "data-group": "fitter" }, h("summary", {}, say("card.fitter")), mechanism.element, ...cables.map(([, each]) => each.element), swap.element));
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
    setText(means, say(now.state === "closed" && !isLatchOnly(now) ? "door.means.closed.reed" : `door.means.${now.state ?? "none"}`));
    const mistake = mistakeAbout(now, nowMs);
    setText(stands, [say("card.stands", { leaf: say(now.open ? "leaf.open" : "leaf.shut"), hook: say(hookWord(now)) }), mistake ? say(`mistake.${mistake}`) : "", now.fits_person ? say("card.person-size") : ""].filter(Boolean).join(" "));
    if (stood !== `${now.open} ${now.hook}`) setText(nothing, "");
    stood = `${now.open} ${now.hook}`;
    showAnswer(store.bank.commands.find((command) => command.door === now.name), nowMs);
    // Not `disabled`: whoever has the focus on it keeps it.
    setAttr(unlock, "aria-disabled", isUnlocking(store.bank.commands, now.name, nowMs) ? "true" : null);
    mechanism.show(now.mechanism);
    for (const [end, each] of cables) {
      setAttr(each.element, "hidden", now.cables[end] === null);
      each.show(now.cables[end]);
    }
    // Exchanged with a third door, a cable has no place of its own to give away.
    const others = store.bank.doors.filter(({ name, swapped_with }) => name !== now.name && (swapped_with ?? now.name) === now.name);
    keyed(swap.select, ["", ...others.map(({ name }) => name)], (name) => name, (name) => h("option", { value: name }, name ? doorName(name) : say("card.swap.none")), () => {});
    swap.show(now.swapped_with ?? "");
  }

  function ask() {
    if (isAsking || unlock.ariaDisabled === "true") return;
    isAsking = true;
    send({ do: "unlock", door: door.name }).finally(() => { isAsking = false; });
  }

  /** With another door instead, or with none again. */
  function exchange(other) {
    for (const each of [door.swapped_with, other]) if (each) send({ do: "swap", zone: door.name, other: each });
  }

  function showAnswer(command, nowMs) {
    const { text, kind } = command ? outcomeOf(command, nowMs) : { text: say("answer.none"), kind: "" };
    setAttr(answer, "data-outcome", kind);
    setText(answer, text);
  }

  /** Whoever opens it by key goes on there. On a phone it is a sheet before the doors: so does everybody, with the door in sight above it. */
  function opened(button, isByKey) {
    const isSheet = getComputedStyle(root).position === "fixed";
    const { top } = root.getBoundingClientRect();
    if (isSheet || isByKey) title.focus({ preventScroll: true });
    if (isSheet) {
      const door = button.getBoundingClientRect();
      scrollBy(0, door.top - Math.max(0, (top - door.height) / 2));
    } else if (top < 0 || top + SEEN_PX > innerHeight) root.scrollIntoView();
  }
  return { update, opened };
}

const hookWord = (door) => (door.strike === "torn" ? "hook.torn" : door.hook === "free" ? "hook.free" : door.open ? "hook.caught" : "hook.engaged");

/** What happens is nothing: worth a sentence, since nothing on the page moves. */
function refusal(name, door) {
  if (door.open && ["pull", "force", "strike"].includes(name)) return say("deed.open.nothing");
  if (name === "shut" && !door.open && door.hook === "engaged") return say("deed.shut.shut");
  if (name === "pull" && !door.open && door.hook === "engaged") return say("deed.pull.nothing");
  if (name === "shut" && door.open && door.hook === "engaged") return say("deed.shut.nothing");
  if ((name === "trip" || name === "untrip") && !door.open) return say("deed.trip.nothing");
  if (name === "untrip" && door.hook === "free") return say("deed.untrip.nothing");
  return "";
}
