// Acts that could not be done are said, not swallowed.

import { setError } from "/page/store.js";

export function report(error) {
  setError(error);
}
