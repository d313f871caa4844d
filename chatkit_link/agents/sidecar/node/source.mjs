// What the names of an exported file mean: its entry, its approvals, where it runs agents.

import { functionsOf, importsOf, isFunction, walk } from './syntax.mjs';

const AGENTS = ['@openai/agents', '@openai/agents-core'];
const ENTRY = 'runWorkflow';

/** The file as JavaScript, read. */
export class Source {
  /** wanted: the name of the entry where the target says it, else undefined. */
  constructor(program, wanted) {
    this.program = program;
    this.functions = functionsOf(program);
    this.imported = importsOf(program, AGENTS);
    this.runners = this.#runners();
    this.approvals = new Set(
      [...this.functions].filter(([name, node]) => asks(name, node)).map(([name]) => name),
    );
    this.entries = wanted ? [wanted].filter((name) => this.functions.has(name)) : this.#entries();
    this.entry = this.entries.length === 1 ? this.entries[0] : undefined;
    this.running = this.#running();
    this.agents = this.#agents();
  }

  /** Names of what `new Runner()` is assigned to, and of `Runner` itself. */
  #runners() {
    const found = new Set();
    walk(this.program, (node) => {
      if (node.type === 'VariableDeclarator' && this.#isNewRunner(node.init)) found.add(node.id.name);
      if (node.type === 'AssignmentExpression' && this.#isNewRunner(node.right)) found.add(node.left.name);
    });
    return found;
  }

  #isNewRunner(node) {
    return node?.type === 'NewExpression' && this.imported.get(node.callee.name) === 'Runner';
  }

  /** Names of the functions that may be the one that answers a message. */
  #entries() {
    if (this.functions.has(ENTRY)) return [ENTRY];
    const running = [...this.functions].filter(([, node]) => this.runsAgents(node)).map(([name]) => name);
    return running.filter((name) => !running.some((other) => other !== name && this.#calls(other, name)));
  }

  /** Names of the functions that run agents, by themselves or through each other; not the entry. */
  #running() {
    const found = new Set(
      [...this.functions.keys()].filter((name) => this.runsAgents(this.functions.get(name))),
    );
    for (let size = -1; size !== found.size; ) {
      size = found.size;
      for (const name of this.functions.keys()) {
        if ([...found].some((other) => this.#calls(name, other))) found.add(name);
      }
    }
    found.delete(this.entry);
    return found;
  }

  /** Names at the top of the file that stand for agents. */
  #agents() {
    const found = [];
    for (const { type, declaration, declarations } of this.program.body) {
      const variables =
        declarations ?? (type.startsWith('Export') ? declaration?.declarations : undefined) ?? [];
      for (const { id, init } of variables) {
        if (init?.type === 'NewExpression' && this.imported.get(init.callee.name) === 'Agent')
          found.push(id.name);
      }
    }
    return found;
  }

  #calls(caller, called) {
    let found = false;
    walk(this.functions.get(caller), (node) => {
      found ||= node.type === 'CallExpression' && node.callee.name === called;
    });
    return found;
  }

  /** Whether agents are run inside a function. */
  runsAgents(node) {
    let found = false;
    walk(node, (inner) => {
      found ||= this.isRun(inner);
    });
    return found;
  }

  /** Whether this is a call that runs an agent: `runner.run(...)`, `new Runner().run(...)` or `run(...)`. */
  isRun(node) {
    if (node.type !== 'CallExpression') return false;
    const { callee } = node;
    if (callee.type === 'Identifier') return this.imported.get(callee.name) === 'run';
    if (callee.type !== 'MemberExpression' || callee.computed || callee.property.name !== 'run') return false;
    return this.runners.has(callee.object.name) || this.#isNewRunner(callee.object);
  }

  isQuestion(node) {
    return node.type === 'CallExpression' && this.approvals.has(node.callee.name);
  }
}

/** An approval as it is exported: nothing is implemented, and it returns a constant. */
function asks(name, node) {
  return (
    /^approvalRequest_?\d*$/.test(name) &&
    (node.body.type === 'Literal' || statements(node).every(isConstant))
  );
}

const statements = (node) => (node.body.type === 'BlockStatement' ? node.body.body : [{ type: '' }]);
const isConstant = (node) =>
  node.type === 'ReturnStatement' && (node.argument === null || node.argument.type === 'Literal');

/** Whether a function has nothing in it. */
export const isEmpty = (node) =>
  isFunction(node) && node.body.type === 'BlockStatement' && node.body.body.length === 0;
