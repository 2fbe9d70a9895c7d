// Take it with you: the scenario so far, and the API.

import { h, setText } from "/page/dom.js";
import { say } from "/page/words.js";

export function mountDeveloper(root) {
  const curl = h("code");
  root.append(h("div", { class: "heading" }, h("h2", {}, say("developer"))),
    h("div", { class: "take" },
      h("p", {}, say("developer.scenario.more")),
      h("pre", { tabindex: 0 }, h("code", {}, "ansim-sim run scenario.toml")),
      h("a", { class: "button", href: "/api/scenario", download: "scenario.toml", "data-act": "scenario" }, say("developer.scenario"))),
    h("div", { class: "take" },
      h("p", {}, say("developer.api.more")),
      h("pre", { tabindex: 0 }, curl),
      h("a", { href: "/openapi.json", "data-act": "openapi" }, say("developer.open"))));
  return (store) => {
    const what = store.bank ? `"do":"unlock","store":"${store.device}","door":"${store.bank.doors[0].name}"` : `"do":"press","store":"${store.device}","zone":"counter-button"`;
    const body = `{${what}}`;
    setText(curl, `curl ${location.origin}/api/acts -H 'Content-Type: application/json' \\\n  -d '${body}'`);
  };
}
