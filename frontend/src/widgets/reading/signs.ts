/** Triangles say on a button which way a number went. Voices leave them out, or read their names in Unicode. */
type Words = { up: string; down: string };

export const withSignsRead = (name: string, { up, down }: Words): string =>
  name
    .replace(/\s*[▲▴]\s*/gu, ` ${up} `)
    .replace(/\s*[▼▾]\s*/gu, ` ${down} `)
    .trim();
