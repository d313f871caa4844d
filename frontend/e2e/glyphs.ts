import type { Page } from '@playwright/test';

/** Never a character, so every font draws it as it draws what it lacks. */
const NO_CHARACTER = '\uffff';

/**
 * Those of these characters that no font of this machine has, by what is drawn and not by the names of fonts: they
 * look like what is no character at all.
 */
export function withoutGlyph(page: Page, characters: string): Promise<string[]> {
  return page.evaluate(
    ({ all, none }) => {
      const canvas = document.createElement('canvas');
      canvas.width = canvas.height = 40;
      const pen = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
      pen.font = '24px sans-serif';
      const drawn = (character: string) => {
        pen.clearRect(0, 0, 40, 40);
        pen.fillText(character, 4, 30);
        return pen.getImageData(0, 0, 40, 40).data.join();
      };
      const box = drawn(none);
      const nothing = drawn(' ');
      return all.filter((character) => {
        const picture = drawn(character);
        return picture === box || picture === nothing;
      });
    },
    { all: [...new Set(characters.replace(/[^\p{L}\p{N}\p{S}\p{Co}]/gu, ''))], none: NO_CHARACTER },
  );
}
