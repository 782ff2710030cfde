// The calls of the page. Addresses are relative, because a reverse proxy may put a path before them.

const DEADLINE = 30_000;

/** The word of the session, which goes with each change, and the texts of the page. */
export const session = { word: "", texts: {} };

/** The call did not succeed. `status` is that of HTTP, 0 if no answer came. */
export class Failed extends Error {
  constructor(status) {
    super(`status ${status}`);
    this.status = status;
  }
}

async function call(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { ...options, signal: AbortSignal.timeout(DEADLINE) });
    if (answer.ok) return await answer.json();
  } catch {
    throw new Failed(0);
  }
  throw new Failed(answer.status);
}

/** Return the JSON at a path. Throws Failed. */
export const read = (path, query = {}) => {
  const asked = new URLSearchParams(query).toString();
  return call(asked ? `${path}?${asked}` : path);
};

/** Make a change and return the answer. Throws Failed. */
export const change = (path, body = {}) => call(path, {
  method: "POST",
  headers: { "Content-Type": "application/json", "X-Imagine-Word": session.word },
  body: JSON.stringify(body),
});

/** Return a new cause of a change. The server does what has the same cause only once. */
export function newCause() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
