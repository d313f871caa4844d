/** Code of a page in pieces with the kind of each: enough for what embed-code.ts writes, and no parser. */

export type Piece = {
  text: string;
  kind: 'comment' | 'string' | 'keyword' | 'tag' | 'name' | 'number' | null;
};

const PIECES =
  /(?<comment>\/\/[^\n]*)|(?<string>'(?:[^'\\\n]|\\.)*'|"[^"\n]*"|`[^`]*`)|(?<tag><\/?[\w-]+|\/?>)|(?<keyword>\b(?:async|await|const|export|from|function|import|return)\b)|(?<name>\b[A-Za-z_$][\w$]*(?=:|=["']))|(?<number>\b(?:\d[\d_.]*|true|false|null)\b)/g;

export function piecesOf(code: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of code.matchAll(PIECES)) {
    const [kind = null] = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined) ?? [];
    if (match.index > at) pieces.push({ text: code.slice(at, match.index), kind: null });
    pieces.push({ text: match[0], kind: kind as Piece['kind'] });
    at = match.index + match[0].length;
  }
  if (at < code.length) pieces.push({ text: code.slice(at), kind: null });
  return pieces;
}
