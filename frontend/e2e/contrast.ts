/** Texts of the document that cannot be read well enough, as sentences. Runs inside the page, so it sees no other code. */
export function unreadableTexts(least = 4.5): string[] {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  type Rgba = [number, number, number, number];
  const read = new Map<string, Rgba>();
  const rgba = (value: string): Rgba => {
    const known = read.get(value);
    if (known) return known;
    if (!context) throw new Error('no canvas');
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = value;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data;
    const color: Rgba = [red, green, blue, alpha / 255];
    read.set(value, color);
    return color;
  };
  const over = (top: Rgba, below: Rgba, opacity = 1): Rgba => {
    const alpha = top[3] * opacity;
    return [0, 1, 2]
      .map((at) => (top[at] as number) * alpha + (below[at] as number) * (1 - alpha))
      .concat(1) as Rgba;
  };
  const linear = (part: number) => (part <= 10.31475 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([red, green, blue]: Rgba) =>
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);

  const below = new Map<Element, Rgba | null>();
  /** Null where a picture is behind it. */
  const background = (element: Element | null): Rgba | null => {
    if (!element) return [255, 255, 255, 1];
    const known = below.get(element);
    if (known !== undefined) return known;
    const style = getComputedStyle(element);
    const behind = background(element.parentElement);
    const own = rgba(style.backgroundColor);
    const color = own[3] === 1 ? own : style.backgroundImage !== 'none' || !behind ? null : over(own, behind);
    below.set(element, color);
    return color;
  };
  const opacities = new Map<Element, number>();
  const opacity = (element: Element | null): number => {
    if (!element) return 1;
    const known = opacities.get(element);
    if (known !== undefined) return known;
    const total = Number(getComputedStyle(element).opacity) * opacity(element.parentElement);
    opacities.set(element, total);
    return total;
  };

  for (const animation of document.getAnimations()) {
    if (animation.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY) animation.finish();
  }
  const failed: string[] = [];
  const check = (text: string, element: Element, value: string) => {
    const behind = background(element);
    const color = rgba(value);
    // The words of the composer are drawn by an element behind the field.
    if (!behind || color[3] === 0) return;
    const [dark, light] = [luminance(over(color, behind, opacity(element))), luminance(behind)].sort(
      (a, b) => a - b,
    );
    const contrast = ((light as number) + 0.05) / ((dark as number) + 0.05);
    if (contrast < least)
      failed.push(
        `${contrast.toFixed(2)} "${text.trim().slice(0, 30)}" in ${element.className || element.tagName}: ${value} on ${behind.slice(0, 3).map(Math.round)}`,
      );
  };

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let count = 0;
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const element = node.parentElement;
    if (!node.textContent?.trim() || !element || ['SCRIPT', 'STYLE'].includes(element.tagName)) continue;
    const hidden = !element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    if (
      hidden ||
      element.closest('.visually-hidden, :disabled, [aria-disabled="true"], label:has(:disabled), svg')
    )
      continue;
    count += 1;
    check(node.textContent, element, getComputedStyle(element).color);
  }
  for (const field of document.querySelectorAll<HTMLInputElement>('input, textarea')) {
    if (field.disabled || !field.checkVisibility()) continue;
    if (field.placeholder) check(field.placeholder, field, getComputedStyle(field, '::placeholder').color);
    else if (field.value && !['checkbox', 'radio'].includes(field.type))
      check(field.value, field, getComputedStyle(field).color);
  }
  return count < 5 ? ['there is no text'] : failed;
}
