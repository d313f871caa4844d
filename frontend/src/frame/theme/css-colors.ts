/** Colours that CSS knows, as the browser reads them. */
import type { Rgb } from './color';
import type { Scheme } from './palette';

export type ReadColor = (value: string, behind: Rgb) => Rgb | null;

/** A reader of any colour that CSS takes, over what is behind a translucent one; null for what is no colour. */
export function colorReader(): ReadColor {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return (value, behind) => {
    if (!context || !CSS.supports('color', value)) return null;
    context.fillStyle = `rgb(${behind.join(' ')})`;
    context.fillRect(0, 0, 1, 1);
    context.fillStyle = resolved(value);
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    return [red, green, blue];
  };
}

/** "currentColor", "light-dark(...)" and the like mean something on a page only. */
function resolved(value: string): string {
  const probe = document.body.appendChild(document.createElement('span'));
  probe.style.color = value;
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Values of variables of `tokens.css` in a scheme, as long as no theme has set others. */
export function tokensIn(scheme: Scheme, names: readonly string[], read: ReadColor): Record<string, Rgb> {
  const list = document.body.appendChild(document.createElement('div'));
  list.hidden = true;
  list.style.colorScheme = scheme;
  const probes = names.map((name) => {
    const probe = list.appendChild(document.createElement('span'));
    probe.style.color = `var(${name})`;
    return [name, probe] as const;
  });
  const values = probes.map(([name, probe]) => [name, getComputedStyle(probe).color] as const);
  list.remove();
  return Object.fromEntries(values.map(([name, value]) => [name, read(value, [0, 0, 0]) ?? [0, 0, 0]]));
}
