// The inspector: what was signed, and whether it holds.

import { envelope as fetchEnvelope } from "/page/api.js";
import { drawing, h, setAttr, setText } from "/page/dom.js";
import { CROSS } from "/page/drawings.js";
import { changeOneLetter, payloadOf, sha256, signatureFits, thumbprint } from "/page/proof.js";
import { knows, say, typeName } from "/page/words.js";

let dialog = null;
let content = null;
let asked = 0;

export function mountEnvelope(root) {
  const close = h("button", { type: "button", class: "icon-button", "aria-label": say("close"), "data-act": "close" }, drawing(CROSS));
  content = h("div", { class: "envelope-body" });
  dialog = h("dialog", { class: "envelope", "aria-labelledby": "envelope-title" }, h("header", {}, h("h2", { id: "envelope-title" }, say("envelope")), close), content);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  root.append(dialog);
}

/** Opens the dialog on one event. Focus returns to where it came from when it closes. */
export async function inspect(store, id) {
  const turn = ++asked;
  content.replaceChildren(h("p", { class: "empty" }, say("envelope.loading")));
  if (!dialog.open) dialog.showModal();
  try {
    const found = await fetchEnvelope(store, id);
    if (turn === asked) await show(found);
  } catch (error) {
    const words = error.status === 404 ? say("envelope.notyet") : say("envelope.missing", { error: error.message });
    if (turn === asked) content.replaceChildren(h("p", { class: "empty", role: "alert" }, words));
  }
}

async function show(found) {
  const payload = h("pre", { class: "json", tabindex: 0, "data-part": "payload" });
  const digest = h("code", { class: "long", "data-part": "digest" });
  const own = h("ul", { class: "checks", "data-checks": "browser", "aria-live": "polite" });
  const warning = h("p", { class: "changed", role: "status" });
  const toggle = h("button", { type: "button", class: "switch", "aria-pressed": "false", "data-act": "change-letter" }, say("envelope.change"));
  const judge = async () => {
    const changed = toggle.ariaPressed === "true";
    const jws = changed ? changeOneLetter(found.envelope) : found.envelope;
    writeJson(payload, payloadOf(jws), changed ? payloadOf(found.envelope).subject : null);
    setText(warning, changed ? say("envelope.changed") : "");
    setText(digest, await sha256(jws));
    own.replaceChildren(...(await ownChecks(found, jws)).map(([name, text, ok]) => check(name, text, ok)));
  };
  toggle.addEventListener("click", () => {
    setAttr(toggle, "aria-pressed", String(toggle.ariaPressed !== "true"));
    judge();
  });
  await judge();
  content.replaceChildren(
    h("p", { class: "envelope-what" }, h("strong", {}, typeName(found.payload.type)), " ", h("code", {}, `${found.store} · ${found.id}`)),
    h("div", { class: "verdicts" },
      h("section", {}, h("h3", {}, say("envelope.own")), own, toggle, warning),
      h("section", {}, h("h3", {}, say("envelope.room")), h("ul", { class: "checks", "data-checks": "room" }, ...found.checks.map((each) => check(each.name, roomCheck(each.name), each.ok))))),
    part("envelope.payload", payload),
    h("div", { class: "pair" }, part("envelope.header", json(found.header, "header")), part("envelope.key", json(found.key, "key"))),
    part("envelope.digest", digest),
    part("envelope.signature", h("code", { class: "long", "data-part": "signature" }, found.envelope.split(".")[2])),
    part("envelope.receipt", found.receipt?.payload ? json(found.receipt.payload, "receipt") : h("p", { class: "empty" }, say("envelope.noreceipt"))),
    h("details", {}, h("summary", {}, say("envelope.raw")), h("code", { class: "long" }, found.envelope)));
}

async function ownChecks(found, jws) {
  const { alg, kid } = found.header;
  const fits = await signatureFits(jws, found.key, alg);
  const digest = await sha256(jws);
  const checks = [
    ["signature", say(fits === null ? "check.unsupported" : "check.signature", { alg }), fits],
    ["digest", say("check.digest"), digest === found.digest],
    ["kid", say("check.kid"), found.key && (await thumbprint(found.key)) === kid],
  ];
  const named = found.receipt?.payload?.receipts?.find((receipt) => receipt.id === found.id);
  if (named) checks.push(["receipt", say("check.receipt"), named.digest === digest]);
  return checks;
}

const roomCheck = (name) => (knows(`room-check.${name}`) ? say(`room-check.${name}`) : name);

function check(name, text, ok) {
  const verdict = ok === null ? "unknown" : ok ? "ok" : "bad";
  return h("li", { "data-check": name, "data-ok": verdict }, h("span", {}, text), h("strong", {}, say(`check.${verdict}`)));
}

const part = (title, element) => h("section", { class: "envelope-part" }, h("h3", {}, say(title)), element);
const json = (value, name) => h("pre", { class: "json", tabindex: 0, "data-part": name, "aria-label": say(`envelope.${name}`) }, JSON.stringify(value, null, 2));

/** Pretty JSON; where the subject is not `original` any more, what differs is marked. */
function writeJson(element, value, original) {
  const text = JSON.stringify(value, null, 2);
  setAttr(element, "aria-label", say("envelope.payload"));
  if (original === null) return element.replaceChildren(text);
  const at = text.indexOf(JSON.stringify(value.subject), text.indexOf('"subject"')) + 1;
  return element.replaceChildren(text.slice(0, at), h("mark", {}, text[at]), text.slice(at + 1));
}
