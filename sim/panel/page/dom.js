// Small helpers over the DOM: make, change, and keep lists without losing focus.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else setAttr(element, name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
export const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/** Writes only what differs, so that twenty updates a second cost nothing and disturb no screen reader. */
export function setAttr(element, name, value) {
  if (value === null || value === undefined || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else if (element.getAttribute(name) !== String(value === true ? "" : value)) {
    element.setAttribute(name, value === true ? "" : value);
  }
}

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A drawing from our own constants, never from data. */
export function drawing(markup, className) {
  const holder = document.createElement("template");
  holder.innerHTML = markup;
  const element = holder.content.firstElementChild;
  element.setAttribute("aria-hidden", "true");
  element.setAttribute("focusable", "false");
  if (className) element.classList.add(className);
  return element;
}

/** Makes `parent` hold one element per item, in order; elements live as long as their key. */
export function keyed(parent, items, keyOf, create, update) {
  const had = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let before = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let child = had.get(key);
    if (child) had.delete(key);
    else {
      child = create(item);
      child.dataset.key = key;
    }
    update(child, item);
    if (child === before) before = before.nextElementSibling;
    else parent.insertBefore(child, before);
  }
  for (const gone of had.values()) gone.remove();
}
