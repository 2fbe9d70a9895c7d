// The simulator's HTTP API. Acts go one after the other: a release must not overtake its hold.

let last = Promise.resolve();

/** Resolves to null, or to the one line that says why it was not done. */
export function act(body) {
  last = last.then(() => post(body));
  return last;
}

export async function acts(bodies) {
  const told = await Promise.all(bodies.map(act));
  return told.find((error) => error !== null) ?? null;
}

async function post(body) {
  try {
    const answer = await fetch("/api/acts", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      keepalive: true, // a release on the way out must still be heard
    });
    if (answer.ok) return null;
    const { error } = await answer.json().catch(() => ({ error: `HTTP ${answer.status}` }));
    return error;
  } catch {
    return "offline";
  }
}

export async function envelope(store, id) {
  const answer = await fetch(`/api/events/${encodeURIComponent(store)}/${encodeURIComponent(id)}`);
  if (!answer.ok) throw Object.assign(new Error(`HTTP ${answer.status}`), { status: answer.status });
  return answer.json();
}

const RETRY_MS = 1000;

/** Calls `onWorld` with every state and `onLine` with whether the simulator is there. */
export function stream(onWorld, onLine) {
  let source = null;
  const open = () => {
    source = new EventSource("/api/stream");
    source.addEventListener("open", () => onLine(true));
    source.addEventListener("world", (message) => onWorld(JSON.parse(message.data)));
    source.addEventListener("error", () => {
      // EventSource would come back by itself, but later, and not if the answer was no stream.
      source.close();
      onLine(false);
      setTimeout(open, RETRY_MS);
    });
  };
  open();
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (shown) => shown.persisted && open());
}
