/** What this browser remembers. Storage may be full, blocked or absent: the page then simply forgets. */
const key = (name: string) => `chatkit-link:${name}`;

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(key(name));
  } catch {
    return null;
  }
}

export function remember(name: string, value: string | null) {
  try {
    if (value === null) localStorage.removeItem(key(name));
    else localStorage.setItem(key(name), value);
  } catch {
    // Nothing the person could do about it, and nothing lost but convenience.
  }
}
