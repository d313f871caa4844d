/*
 * Whether the text of a link looks like the address of another host than the one it leads to. What merely ends like a
 * file is none: "setup.py" may lead anywhere.
 */
const WITH_SCHEME = /(?:https?:)?\/\/([^\s/?#\\]+)|\bwww\.[^\s/?#\\]+/giu;
const ALONE = /^((?:[\p{L}\p{N}_-]+\.)+\p{L}{2,}|xn--[\w.-]+)(?::\d+)?(?:[/?#]\S*)?$/iu;
const FILE =
  /\.(?:js|mjs|ts|tsx|jsx|py|rs|md|mdx|txt|json|ya?ml|toml|html?|css|scss|csv|pdf|docx?|xlsx?|sh|php|java|cpp|go|rb|sql|xml|png|jpe?g|svg)$/i;

export function namesAnother(text: string, { hostname }: URL): boolean {
  // Marks that are not seen, and dots that are no full stop, make an address of a text to the eye alone.
  const seen = text
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{Mn}]/gu, '')
    .replace(/[\u3002\u2024\ua4f8]/g, '.')
    .trim();
  const named = [...seen.matchAll(WITH_SCHEME)].map(([all, host]) => host ?? all);
  const alone = ALONE.exec(seen)?.[1];
  if (alone && !FILE.test(alone)) named.push(alone);
  return named.some((host) => !leadsTo(host, hostname));
}

/** The host itself, or one below it. */
function leadsTo(written: string, hostname: string): boolean {
  const named = asciiOf(written.replace(/[.,;:!?)\]}'"*]+$/u, ''));
  const host = hostname.replace(/^www\./, '');
  return named === null || host === named || host.endsWith(`.${named}`);
}

function asciiOf(host: string): string | null {
  try {
    return new URL(`https://${host}`).hostname.replace(/^www\./, '');
  } catch {
    return null;
  }
}
