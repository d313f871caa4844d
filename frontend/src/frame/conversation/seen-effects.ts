/*
 * A page that follows an answer after a reload gets it from its beginning, and with it the effects that this tab has
 * had already. So the tab remembers the last one it had. Another tab has had none of them.
 */
const KEY = 'chatkit-link:effect';

/** Whether the effect with this number is the first time for this tab; from now on it is not. */
export function isNewEffect(run: string, id: number): boolean {
  try {
    const [lastRun, lastId] = (sessionStorage.getItem(KEY) ?? '').split(' ');
    if (lastRun === run && id <= Number(lastId)) return false;
    sessionStorage.setItem(KEY, `${run} ${id}`);
  } catch {
    // A browser without storage may repeat an effect; to leave it out would be worse.
  }
  return true;
}
