// Walking a syntax tree (ESTree, as acorn makes it).

/** The nodes right below `node`, in the order of the text. */
export function children(node) {
  const found = [];
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) found.push(...value.filter(isNode));
    else if (isNode(value)) found.push(value);
  }
  return found.sort((first, second) => first.start - second.start);
}

const isNode = (value) => typeof value?.type === 'string' && typeof value.start === 'number';

/** Call `visit(node, ancestors)` for every node below `node` and for itself; it may return false to stay outside. */
export function walk(node, visit, ancestors = []) {
  if (visit(node, ancestors) === false) return;
  const below = [...ancestors, node];
  for (const child of children(node)) walk(child, visit, below);
}

export const isFunction = (node) =>
  node.type === 'FunctionDeclaration' ||
  node.type === 'FunctionExpression' ||
  node.type === 'ArrowFunctionExpression';

/** The functions at the top of a file: name -> node. */
export function functionsOf(program) {
  const found = new Map();
  for (const statement of program.body) {
    const node = statement.type.startsWith('Export') ? statement.declaration : statement;
    if (node?.type === 'FunctionDeclaration' && node.id) found.set(node.id.name, node);
    if (node?.type !== 'VariableDeclaration') continue;
    for (const { id, init } of node.declarations) {
      if (id.type === 'Identifier' && init && isFunction(init)) found.set(id.name, init);
    }
  }
  return found;
}

/** Local name -> what it is in the package, of all that a file imports from `packages`, or requires. */
export function importsOf(program, packages) {
  const found = new Map();
  for (const node of program.body) {
    if (node.type === 'ImportDeclaration' && packages.includes(node.source.value)) {
      for (const { local, imported, type } of node.specifiers) found.set(local.name, imported?.name ?? type);
    }
    for (const { id, init } of node.type === 'VariableDeclaration' ? node.declarations : []) {
      const required = init?.type === 'CallExpression' && init.callee.name === 'require';
      if (!required || !packages.includes(init.arguments[0]?.value) || id.type !== 'ObjectPattern') continue;
      for (const { key, value } of id.properties) found.set(value.name, key.name);
    }
  }
  return found;
}
