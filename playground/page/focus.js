// The keyboard focus when the buttons under a message are replaced.

const kind = (key) => (key.data ?? "").split(":", 1)[0];
const isSame = (one, other) => one.text === other.text && kind(one) === kind(other);

/** Remembers the keys that had the focus in earlier keyboards of one message: "Back" leads back to them. */
export class KeyFocus {
  constructor() { this.left = []; }

  /**
   * Return the index of the key that gets the focus after the key `at` of `before`, or -1 for the message.
   * `otherContent` says whether the text or the picture changed, too: then a first key is none to press unseen.
   */
  next(before, at, after, otherContent) {
    const same = find(after, at, (key) => isSame(key, before[at]));
    if (same >= 0) return same;
    const renamed = find(after, at, (key) => key.data && key.data === before[at].data);
    if (renamed >= 0) return renamed;
    const beside = neighbour(before, at, after);
    if (beside >= 0) return beside;
    if (otherContent) { this.left = []; return -1; }
    const back = this.left.findLastIndex((key) => after.some((one) => isSame(one, key)));
    if (back < 0) { this.left.push(before[at]); return after.length ? 0 : -1; }
    const [earlier] = this.left.splice(back);
    return after.findIndex((key) => isSame(key, earlier));
  }
}

/** Return the index of a key that passes the test, preferably in the same place. */
function find(keys, at, test) {
  return at < keys.length && test(keys[at]) ? at : keys.findIndex(test);
}

/** Return the index in `after` of the place `at`, measured from the nearest key that stayed, or -1 if none did. */
function neighbour(before, at, after) {
  for (let distance = 1; distance < before.length; distance += 1) {
    for (const from of [at + distance, at - distance]) {
      const stayed = before[from] ? after.findIndex((key) => isSame(key, before[from])) : -1;
      if (stayed >= 0) return Math.min(Math.max(stayed + at - from, 0), after.length - 1);
    }
  }
  return -1;
}
