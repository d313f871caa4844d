// The file's text, changed so that it runs here. Only text is put in, and no line is added: line numbers stay.

import { isEmpty, Source } from './source.mjs';
import { isFunction, walk } from './syntax.mjs';

const NAME = '__chatkit_link';
export const ENTRY = '__chatkit_link_entry';
/** The exporter's own helper. */
const FAIL_OUTPUT = 'buildGuardrailFailOutput';

/**
 * `{ code, source }`. In the tree of `source`, each call that runs an agent has its number in `site`, and each call its `line`.
 * wanted: the name of the entry, if it was named. number: of the file.
 * lineOf: a line and a column of `code`, from 0 -> the line of the file.
 */
export function rewrite(code, program, lineOf, { isEntry, wanted, number }) {
  const source = new Source(program, isEntry ? wanted : undefined);
  const edits = new Edits(code, lineOf);
  let sites = 0;
  edits.put(0, `const ${NAME}=globalThis[Symbol.for("chatkit-link")];`);
  walk(program, (node, ancestors) => {
    if (node.type === 'CallExpression' || node.type === 'NewExpression') node.line = edits.line(node);
    if (ancestors.length === 1 && isRunAtTheTop(node))
      edits.put(node.start, `${NAME}.reached(${edits.line(node)},${number});`);
    if (source.isRun(node)) markRun(edits, node, ++sites);
    else if (node.type === 'CallExpression' && source.running.has(node.callee.name))
      markCaller(edits, node, ++sites);
    else if (source.isQuestion(node) && inAsync(ancestors)) markQuestion(edits, node);
    else if (isLoop(node) && inAsync(ancestors)) markRound(edits, node);
    else if (isEmptyTool(node)) fillTool(edits, node, ancestors);
    else if (isKeptList(node, ancestors)) edits.replace(node.init.start, node.init.end, `${NAME}.turnList()`);
    if (inAsync(ancestors)) markBeginning(edits, node, source, ancestors);
  });
  let end = '';
  if (source.functions.get(FAIL_OUTPUT)?.type === 'FunctionDeclaration') {
    end += `;${FAIL_OUTPUT}=${NAME}.failOutput(${FAIL_OUTPUT})`;
  }
  if (isEntry && source.agents.length > 0) end += `;${NAME}.noteAgents({${source.agents.join(',')}})`;
  if (isEntry && source.entry && !usesCommonJs(program)) end += `;export{${source.entry} as ${ENTRY}}`;
  return { code: edits.apply() + end, source };
}

const isRunAtTheTop = (node) =>
  node.declaration?.type === 'VariableDeclaration' ||
  (node.type.endsWith('Statement') && node.directive === undefined) ||
  node.type === 'VariableDeclaration';

class Edits {
  #code;
  #edits = [];
  #lineOf;

  constructor(code, lineOf) {
    this.#code = code;
    this.#lineOf = lineOf;
  }

  put(at, text) {
    this.replace(at, at, text);
  }

  replace(at, end, text) {
    this.#edits.push({ at, end, text, order: this.#edits.length });
  }

  around(node, before, after) {
    this.put(node.start, before);
    this.put(node.end, after);
  }

  line(node) {
    const before = this.#code.slice(0, node.start).split('\n');
    return this.#lineOf(before.length - 1, before.at(-1).length);
  }

  apply() {
    let done = '';
    let from = 0;
    for (const { at, end, text } of this.#edits.sort(
      (one, two) => one.at - two.at || one.order - two.order,
    )) {
      done += this.#code.slice(from, at) + text;
      from = end;
    }
    return done + this.#code.slice(from);
  }
}

function markRun(edits, node, site) {
  const { callee } = node;
  if (callee.type === 'Identifier') edits.around(callee, `${NAME}.runAt(${site},`, ')');
  else edits.around(callee.object, `${NAME}.at(${site},`, ')');
  Object.assign(node, { site, runs: true });
}

function markCaller(edits, node, site) {
  edits.around(node.callee, `${NAME}.inside(${site},`, ')');
  Object.assign(node, { site, runs: false });
}

/** `approvalRequest(...)` becomes `(await link.ask("approvalRequest", ...))`. */
function markQuestion(edits, node) {
  const first = node.arguments[0]?.start ?? node.end - 1;
  edits.replace(node.start, first, `(await ${NAME}.ask(${JSON.stringify(node.callee.name)},`);
  edits.replace(node.end - 1, node.end, '))');
}

const isLoop = (node) =>
  node.type === 'WhileStatement' || node.type === 'DoWhileStatement' || node.type === 'ForStatement';

/** Each round of a loop gives way to others, so that one without an end can be stopped. */
function markRound(edits, node) {
  const round = `await ${NAME}.round(${edits.line(node)});`;
  if (node.body.type === 'BlockStatement') edits.put(node.body.start + 1, round);
  else edits.around(node.body, `{${round}`, '}');
}

/** `tool({ ..., execute: async () => {} })`, where nobody has written what it does. */
const isEmptyTool = (node) =>
  node.type === 'Property' && node.key.name === 'execute' && isFunction(node.value) && isEmpty(node.value);

function fillTool(edits, node, ancestors) {
  const name = ancestors.at(-1).properties.find((each) => each.key?.name === 'name')?.value.value ?? 'tool';
  edits.put(node.value.body.start + 1, `return ${NAME}.unwritten(${JSON.stringify(name)});`);
}

/** `const conversationHistory = []` at the top of the file. */
const isKeptList = (node, ancestors) =>
  node.type === 'VariableDeclarator' &&
  !ancestors.some(isFunction) &&
  node.init?.type === 'ArrayExpression' &&
  node.init.elements.length === 0 &&
  /history|conversation|messages/i.test(node.id.name);

/** Where the user's message is written into a list, the earlier turns come before it; the state begins as it was kept. */
function markBeginning(edits, node, source, ancestors) {
  const parent = ancestors.at(-1);
  if (node.type === 'ArrayExpression' && node.elements.some(isUserMessage)) {
    // What an input that is written in the call itself leaves out, it leaves out on purpose.
    if (!source.isRun(parent)) edits.around(node, `(await ${NAME}.join(`, '))');
  } else if (node.type === 'ObjectExpression' && assignedTo(parent, node) === 'state') {
    edits.around(node, `(await ${NAME}.state(`, '))');
  }
}

const isUserMessage = (node) =>
  node?.type === 'ObjectExpression' &&
  node.properties.some((each) => each.key?.name === 'role' && each.value.value === 'user');

function assignedTo(parent, value) {
  if (parent.type === 'VariableDeclarator' && parent.init === value) return parent.id.name;
  if (parent.type === 'AssignmentExpression' && parent.right === value) return parent.left.name;
  return undefined;
}

function inAsync(ancestors) {
  return ancestors.findLast(isFunction)?.async ?? false;
}

function usesCommonJs(program) {
  let found = false;
  walk(program, (node) => {
    found ||=
      node.type === 'MemberExpression' && (node.object.name === 'module' || node.object.name === 'exports');
  });
  return found;
}
