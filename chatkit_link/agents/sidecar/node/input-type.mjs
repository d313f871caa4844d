// What the entry of a file asks for, as its types say: those are gone once the file is JavaScript, so it is its text that
// is read here. What cannot be told from it, such as a type that is computed, is null.

const COMMENT_OR_TEXT =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g;
const OPEN = '([{<';
const CLOSE = ')]}>';

/** The parameters of the function `name`: `[{ name, optional, type, line, fields }]`; null if it is not found. */
export function parametersOf(text, name) {
  const bare = text.replace(COMMENT_OR_TEXT, (found) =>
    found.replace(/[^\n]/g, found.startsWith('/') ? ' ' : '_'),
  );
  const id = name.replaceAll('$', '\\$');
  const head = new RegExp(
    `(?:function\\s*\\*?\\s*${id}\\s*|\\b(?:const|let|var)\\s+${id}\\s*=\\s*(?:async\\s*)?(?:function\\s*\\w*\\s*)?)\\(`,
  ).exec(bare);
  if (head === null) return null;
  const start = head.index + head[0].length;
  const pieces = split(bare, start, endOf(bare, start), ',');
  return pieces.map((piece) => parameter(text, bare, piece)).filter(Boolean);
}

function parameter(text, bare, { start, end }) {
  const colon = find(bare, start, end, ':');
  const given = find(bare, start, end, '=');
  const nameEnd = Math.min(colon, given, end);
  const name = bare.slice(start, nameEnd).trim();
  if (name === '' || name.startsWith('...') || name === 'this') return undefined;
  const hasType = colon < given;
  const type = hasType ? bare.slice(colon + 1, given).trim() : null;
  const optional = given < end || name.endsWith('?') || !hasType || mayBeMissing(type);
  const fields = hasType ? fieldsOf(text, bare, type, colon + 1) : null;
  return { name: name.replace(/\?$/, ''), optional, type, line: lineOf(bare, start), fields };
}

/** The fields of a type that is written out, there or under its name. */
function fieldsOf(text, bare, type, at) {
  if (type.startsWith('{') && type.endsWith('}')) return members(text, bare, bare.indexOf('{', at) + 1);
  if (!/^[\w$]+$/.test(type)) return null;
  const id = type.replaceAll('$', '\\$');
  const declared = new RegExp(`\\b(?:type\\s+${id}\\s*=\\s*|interface\\s+${id}\\s*)\\{`).exec(bare);
  if (declared === null) return null;
  return members(text, bare, declared.index + declared[0].length);
}

function members(text, bare, start) {
  const end = endOf(bare, start);
  if (/^\s*[&|]/.test(bare.slice(end + 1))) return null;
  const found = [];
  for (const piece of split(bare, start, end, ';,\n')) {
    const member = bare.slice(piece.start, piece.end);
    const [, before, name, mark, type] =
      /^(\s*(?:readonly\s+)?)([\w$]+)(\??)\s*:([\s\S]*)$/.exec(member) ?? [];
    if (name === undefined) continue;
    const written = text
      .slice(piece.end - type.length, piece.end)
      .replace(/\s+/g, ' ')
      .trim();
    const optional = mark === '?' || mayBeMissing(type);
    found.push({ name, optional, type: written, line: lineOf(bare, piece.start + before.length) });
  }
  return found;
}

const mayBeMissing = (type) => /(^|\|)\s*(undefined|null|any|unknown)\s*(\||$)/.test(type);

/** Parts of the text between `start` and `end`, at any of `marks` that is in no bracket. */
function split(bare, start, end, marks) {
  const found = [];
  let from = start;
  while (from < end) {
    let to = find(bare, from, end, marks);
    // A type goes on in the next line behind its own marks, and before those of the next line.
    while (
      to < end &&
      bare[to] === '\n' &&
      (/[|&:]\s*$/.test(bare.slice(from, to)) || /^\s*[|&]/.test(bare.slice(to)))
    ) {
      to = find(bare, to + 1, end, marks);
    }
    if (bare.slice(from, to).trim()) found.push({ start: from, end: to });
    from = to + 1;
  }
  return found;
}

function find(bare, start, end, marks) {
  let depth = 0;
  for (let at = start; at < end; at += 1) {
    if (depth === 0 && marks.includes(bare[at]) && bare.slice(at, at + 2) !== '=>') return at;
    depth += step(bare, at);
  }
  return end;
}

/** Where the bracket ends that is open at `start`. */
function endOf(bare, start) {
  let depth = 1;
  for (let at = start; at < bare.length; at += 1) {
    depth += step(bare, at);
    if (depth === 0) return at;
  }
  return bare.length;
}

function step(bare, at) {
  if (OPEN.includes(bare[at])) return 1;
  return CLOSE.includes(bare[at]) && bare.slice(at - 1, at + 1) !== '=>' ? -1 : 0;
}

const lineOf = (bare, at) => bare.slice(0, at + bare.slice(at).search(/\S/)).split('\n').length;
