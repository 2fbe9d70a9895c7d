// Controls of the faults: a row of states of which one holds, a choice of a number, and a button for once.

import { h, setAttr } from "/page/dom.js";

let serial = 0;

/** Buttons of which the pressed one is in force. `options` is [[value, words]]; `data` marks the group for tests. */
export function choice(label, options, data, pick) {
  const id = `choice-${++serial}`;
  const buttons = options.map(([value, words]) => h("button", { type: "button", "data-state": value, "aria-pressed": "false", onclick: () => pick(value) }, words));
  const element = h("div", { class: "choice", role: "group", "aria-labelledby": id, ...data }, h("span", { class: "choice-label", id }, label), h("div", { class: "choice-row" }, ...buttons));
  const show = (value) => {
    for (const button of buttons) setAttr(button, "aria-pressed", String(button.dataset.state === String(value)));
  };
  return { element, show };
}

/** A drop-down; `value()` is the chosen one, `show(value)` says which holds. */
export function pickFrom(label, options, data, chosen = options[0][0], changed = () => {}) {
  const select = h("select", { ...data, onchange: changed }, ...options.map(([value, words]) => h("option", { value, selected: value === chosen }, words)));
  const show = (value) => {
    // A list that somebody has open is not taken out of his hand.
    if (document.activeElement !== select || select.dataset.state !== value) select.value = value;
    select.dataset.state = value;
  };
  return { element: h("label", { class: "pick" }, h("span", {}, label), select), select, value: () => select.value, show };
}

export const once = (label, data, doIt) => h("button", { type: "button", class: "button small", ...data, onclick: doIt }, label);
export const row = (...children) => h("div", { class: "control-row" }, ...children);
