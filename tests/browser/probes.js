// What tests ask a page. An object: tests/browser/desk.py runs one of them by name.
({
  nameless() {
    const text = (id) => document.getElementById(id)?.textContent ?? "";
    const labelled = (element) => (element.getAttribute("aria-labelledby") ?? "").split(" ").map(text).join("");
    const name = (element) => element.getAttribute("aria-label") || labelled(element) || element.labels?.[0]?.textContent || element.textContent;
    const spoken = new Set(["status", "alert"]); // empty until there is something to say
    return [...document.querySelectorAll("button, a[href], select, input, [role], dialog, summary")]
      .filter((element) => name(element).trim() === "" && !spoken.has(element.getAttribute("role")))
      .map((element) => element.outerHTML.slice(0, 120));
  },
  doubleIds() {
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    return ids.filter((id, at) => ids.indexOf(id) !== at);
  },
  dangling() {
    const names = ["aria-labelledby", "aria-describedby", "aria-controls"];
    const ids = names.flatMap((name) => [...document.querySelectorAll(`[${name}]`)].flatMap((element) => element.getAttribute(name).split(" ")));
    return ids.filter((id) => !document.getElementById(id));
  },
  small() {
    const [width, height] = [24, 24]; // WCAG 2.2, 2.5.8; names of events are text, and as high as their line
    return [...document.querySelectorAll("button:not(.cell), select, .button")]
      .filter((element) => element.checkVisibility())
      .filter((element) => element.getBoundingClientRect().width < width || element.getBoundingClientRect().height < height)
      .map((element) => element.outerHTML.slice(0, 120));
  },
  tokens(names) {
    const style = getComputedStyle(document.documentElement);
    return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  },
  outlined(element) {
    const shows = (each) => each !== null && getComputedStyle(each).outlineStyle !== "none";
    return shows(element) || shows(element.querySelector(".tag"));
  },
  verdicts(list) {
    return Object.fromEntries([...document.querySelectorAll(`${list} li`)].map((each) => [each.dataset.check, each.dataset.ok]));
  },
  async books() {
    const [en, ko, faults, bank] = await Promise.all(["words_en", "words_ko", "words_faults", "words_bank"].map((name) => import(`/page/${name}.js`)));
    return [Object.keys({ ...en.EN, ...faults.FAULTS_EN, ...bank.BANK_EN }), Object.keys({ ...ko.KO, ...faults.FAULTS_KO, ...bank.BANK_KO })];
  },
  async unknownWords(keys) {
    const { knows } = await import("/page/words.js");
    return keys.filter((key) => !knows(key));
  },
  foreign() {
    return performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => !name.startsWith(location.origin));
  },
  sideways() {
    return document.documentElement.scrollWidth - innerWidth;
  },
  async post(body) {
    const answer = await fetch("/api/acts", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    return answer.status;
  },
  async nonsense() {
    const [{ act }, { report }] = await Promise.all([import("/page/api.js"), import("/page/report.js")]);
    report(await act({ do: "nonsense" }));
  },
  async inspect(store, id) {
    const { inspect } = await import("/page/envelope.js");
    await inspect(store, id);
  },
  pickZone(zone) {
    const select = document.querySelector("[data-pick=zone]");
    select.value = zone;
    select.dispatchEvent(new Event("change"));
  },
  async story(world, device, nowMs) {
    const { story } = await import("/page/story.js");
    const { headline, more } = story(world, world.stores.find((store) => store.device === device), nowMs);
    return `${headline} ${more}`;
  },
  /** What a finger would meet at the lower right corner of a door that has just come into sight. */
  underThumb(css) {
    const door = document.querySelector(css);
    door.scrollIntoView({ block: "end" });
    const { right, bottom } = door.getBoundingClientRect();
    return document.elementFromPoint(right - 12, Math.min(bottom, innerHeight) - 12).closest("button").dataset.door ?? "";
  },
  async icons(states) {
    const { iconOf, moodOf } = await import("/page/bank_icons.js");
    return states.map((state) => [iconOf(state), moodOf(state)]);
  },
  overflowing(css) {
    const tooWide = (element) => element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight;
    return [...document.querySelectorAll(css)].filter(tooWide).map((element) => element.textContent);
  },
  doors() {
    return [...document.querySelectorAll(".door")].map((door) => {
      const { width, height } = door.getBoundingClientRect();
      return [door.dataset.door, width, height];
    });
  },
  settle(store) {
    document.querySelector("dialog").close();
    document.querySelector("#door-card[data-open=true]:not([hidden]) [data-act=close-door]")?.click();
    document.querySelector("#faults:not([hidden]) [data-act=close-faults]")?.click();
    document.querySelector("[data-act=all][aria-pressed=true]")?.click();
    document.querySelector(`.site[data-store="${store}"]`).click();
    document.activeElement.blur();
    scrollTo(0, 0);
  },
  choose(css, value) {
    const select = document.querySelector(css);
    select.value = value;
    select.dispatchEvent(new Event("change"));
  },
  unfold() {
    for (const group of document.querySelectorAll(".group")) group.open = true;
  },
})
