// Puts the page together, and redraws it with every state and every second.

import { stream } from "/page/api.js";
import { mountBank } from "/page/bank.js";
import { mountChart } from "/page/chart.js";
import { mountCounter } from "/page/counter.js";
import { mountDeveloper } from "/page/developer.js";
import { drawing, h, setAttr, setText } from "/page/dom.js";
import { MOON, SUN } from "/page/drawings.js";
import { mountEnvelope } from "/page/envelope.js";
import { mountFaults } from "/page/faults.js";
import { mountJourney } from "/page/journey.js";
import { mountRoom } from "/page/room.js";
import { currentLanguage, currentTheme, onSystemTheme, setLanguage, setTheme } from "/page/settings.js";
import { mountSites } from "/page/sites.js";
import { nowMs, selectedStore, setOnline, setWorld, state, subscribe } from "/page/store.js";
import { story } from "/page/story.js";
import { say, storeName } from "/page/words.js";

const page = document.getElementById("page");
let update = () => {};

function header(opener) {
  const languages = h("div", { class: "languages", role: "group", "aria-label": say("language") }, ...[["ko", "한국어"], ["en", "English"]].map(([code, name]) =>
    h("button", { type: "button", lang: code, "data-language": code, "aria-pressed": String(currentLanguage() === code), onclick: () => speak(code) }, name)));
  const theme = h("button", { type: "button", class: "icon-button", "data-act": "theme", "aria-label": say("theme") }, drawing(SUN, "sun"), drawing(MOON, "moon"));
  const showTheme = () => setAttr(theme, "aria-pressed", String(currentTheme() === "dark"));
  theme.addEventListener("click", () => { setTheme(currentTheme() === "dark" ? "light" : "dark"); showTheme(); });
  onSystemTheme(showTheme);
  showTheme();
  return h("header", { class: "top" }, h("div", { class: "brand" }, h("span", { class: "brand-mark" }), h("h1", {}, say("title")), h("p", {}, say("title.sub"))), h("div", { class: "tools" }, opener, languages, theme));
}

function mount() {
  document.documentElement.lang = currentLanguage();
  const opener = h("button", { type: "button", class: "button", "data-act": "faults", "aria-controls": "faults", "aria-expanded": "false" });
  const banner = h("div", { class: "banner", role: "alert" });
  const sites = h("nav", { "aria-label": say("sites") });
  const headline = h("p", { class: "headline" });
  const more = h("p", { class: "more" });
  const caption = h("div", { class: "story" }, headline, more);
  const spoken = h("p", { class: "hidden", role: "status", "aria-live": "polite" });
  const counter = h("section", { class: "counter", id: "counter", role: "tabpanel", "aria-label": say("counter") });
  const bank = h("section", { class: "bank", id: "bank", role: "tabpanel", "aria-label": say("bank") });
  const doorCard = h("section", { class: "card door-card", id: "door-card" });
  const whole = h("section", { class: "card bank-whole", "aria-labelledby": "whole-title" });
  const [room, journey, chart, developer] = ["room", "journey", "chart-card", "developer"].map((name) => h("section", { class: `card ${name}` }));
  const ends = h("div", { class: "ends" }, h("div", { class: "end" }, counter, bank, whole), h("div", { class: "end" }, doorCard, room));
  const main = h("main", {}, caption, spoken, ends, journey, h("div", { class: "tail" }, chart, developer));
  page.replaceChildren(header(opener), banner, sites, main);
  const updates = { sites: mountSites(sites), counter: mountCounter(counter), bank: mountBank(bank, doorCard, whole), room: mountRoom(room), journey: mountJourney(journey), chart: mountChart(chart), developer: mountDeveloper(developer), faults: mountFaults(page, opener) };
  mountEnvelope(page);

  update = () => {
    const store = selectedStore();
    setText(banner, bannerText(store));
    setAttr(banner, "hidden", banner.textContent === "");
    setAttr(main, "hidden", store === null);
    if (store === null) return;
    const now = nowMs();
    document.title = say("page.title", { store: storeName(store) });
    for (const each of [doorCard, whole]) setAttr(each, "hidden", !store.bank);
    for (const [panel, shown] of [[counter, !store.bank], [bank, Boolean(store.bank)]]) {
      setAttr(panel, "hidden", !shown);
      setAttr(panel, "data-store", shown ? store.device : null);
      setAttr(panel, "aria-labelledby", shown ? `tab-${store.device}` : null);
    }
    const told = story(state.world, store, now);
    setText(headline, told.headline);
    setText(more, told.more);
    // Said once per turn of the story: a count of seconds must not be read out every second.
    if (spoken.dataset.turn !== told.turn) setText(spoken, `${told.headline} ${told.more}`);
    spoken.dataset.turn = told.turn;
    setAttr(caption, "data-story", told.key);
    updates.sites(state.world, store.device);
    (store.bank ? updates.bank : updates.counter)(store, now);
    updates.room(state.world, now);
    updates.journey(store);
    updates.chart(state.world);
    updates.developer(store);
    updates.faults(state.world, store);
  };
  update();
}

function bannerText(store) {
  if (!state.online) return say("offline");
  if (store === null) return say("loading");
  if (state.error === null) return "";
  return say("error", { error: state.error === "offline" ? say("error.offline") : state.error });
}

function speak(code) {
  setLanguage(code);
  mount();
  page.querySelector(`[data-language="${code}"]`).focus();
}

subscribe(() => update());
mount();
stream(setWorld, setOnline);
setInterval(() => update(), 1000);
