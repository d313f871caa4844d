/*
 * Pictures as phones store them, which few models and few browsers read. Where this browser does, they are sent as
 * what everything reads.
 */
const QUALITY = 0.92;
const ENDING = /\.hei[cf]$/i;

export const isHeic = ({ name, type }: File) => /^image\/hei[cf]/.test(type) || ENDING.test(name);

/** The picture as a JPEG; null where this browser cannot read it. */
export async function jpegOf(file: File): Promise<File | null> {
  try {
    const picture = await createImageBitmap(file);
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    canvas.getContext('2d')?.drawImage(picture, 0, 0);
    picture.close();
    const bytes = await canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
    return new File([bytes], `${file.name.replace(ENDING, '')}.jpg`, { type: 'image/jpeg' });
  } catch {
    return null;
  }
}
