// JSON of whatever the file hands out: its values are made for JavaScript, and some of them no JSON can hold.

/** As `JSON.stringify`; whole numbers of any size become text, half characters whole ones, and circles are cut. */
export const asJson = (value) => JSON.stringify(value, writable());

function writable() {
  const above = [];
  // `this` is the object that has the key: what is above it is what a circle would come back to.
  return function (_key, value) {
    while (above.length > 0 && above.at(-1) !== this) above.pop();
    if (typeof value === 'bigint') return String(value);
    if (typeof value === 'string') return value.toWellFormed();
    if (typeof value !== 'object' || value === null) return value;
    if (above.includes(value)) return undefined;
    above.push(value);
    return value;
  };
}
