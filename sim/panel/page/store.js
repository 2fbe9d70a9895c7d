// The one state of the page: the newest world, which store is looked at, and what is open.

const listeners = new Set();
const [device, door] = location.hash.slice(1).split("/").map(decodeURIComponent);

export const state = {
  world: null,
  /** This machine's clock beside the simulator's. */
  skewMs: 0,
  online: true,
  selected: device,
  /** By bank: the door whose card is open. A reload keeps what the address says, #bank/door. */
  doors: new Map(door ? [[device, door]] : []),
  error: null,
};

export function subscribe(listener) {
  listeners.add(listener);
}

export function changed() {
  for (const listener of listeners) listener();
}

export function setWorld(world) {
  state.world = world;
  state.skewMs = world.now_ms - Date.now();
  state.online = true;
  if (!world.stores.some((store) => store.device === state.selected)) state.selected = world.stores[0]?.device ?? "";
  changed();
}

export function setOnline(online) {
  if (state.online === online) return;
  state.online = online;
  changed();
}

export function select(device) {
  state.selected = device;
  show();
}

/** Open the card of a door, or none. */
export function chooseDoor(device, door) {
  if (door === null) state.doors.delete(device);
  else state.doors.set(device, door);
  show();
}

function show() {
  history.replaceState(null, "", `#${[state.selected, state.doors.get(state.selected)].filter(Boolean).map(encodeURIComponent).join("/")}`);
  changed();
}

export function setError(error) {
  state.error = error;
  changed();
}

export const selectedStore = () => state.world?.stores.find((store) => store.device === state.selected) ?? null;
export const nowMs = () => Date.now() + state.skewMs;
