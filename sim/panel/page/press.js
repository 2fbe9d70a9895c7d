// A thing that can be held: by pointer, by Space or Enter, and by whatever only clicks (screen readers, voice).

// Longer than any contact needs to be believed (docs/hardware.md), shorter than anybody notices.
const SHORTEST_MS = 200;
const KEYS = new Set([" ", "Enter"]);

/** Calls `down` and `up` in turn; between them at least SHORTEST_MS, so that a tap is a press. */
export function holdable(button, down, up) {
  let sinceMs = null;
  let ending = 0;
  let ended = -Infinity;

  const begin = () => {
    if (sinceMs !== null) return;
    sinceMs = performance.now();
    button.classList.add("pressing");
    down();
  };
  const end = () => {
    if (sinceMs === null || ending) return;
    ending = setTimeout(() => {
      ending = 0;
      sinceMs = null;
      ended = performance.now();
      button.classList.remove("pressing");
      up();
    }, Math.max(0, sinceMs + SHORTEST_MS - performance.now()));
  };

  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId);
    begin();
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture", "blur"]) button.addEventListener(name, end);
  button.addEventListener("keydown", (event) => {
    if (!KEYS.has(event.key)) return;
    event.preventDefault(); // Space would scroll, Enter would click
    if (!event.repeat) begin();
  });
  button.addEventListener("keyup", (event) => {
    if (!KEYS.has(event.key)) return;
    event.preventDefault();
    end();
  });
  button.addEventListener("click", (event) => {
    // Detail 0 is a click that no pointer made; one that follows our own release is that same press.
    if (event.detail !== 0 || sinceMs !== null || performance.now() - ended < SHORTEST_MS) return;
    begin();
    end();
  });
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  addEventListener("pagehide", () => {
    if (sinceMs !== null) up();
  });
}
