/*
 * Options by the names of ChatKit's first documentation, which many pages were written by. Each is put where it is now
 * and works as it did; where both names are given, the present one counts.
 */
type Tree = Record<string, unknown>;
type Tool = (params: unknown) => unknown;

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Changes `options`, and returns a sentence for each option that had an older name. */
export function renamed(options: Tree): string[] {
  const notices = new Set<string>();
  /** Takes an option away from its older place; undefined where it is not there. */
  const taken = (owner: unknown, name: string, place: string, now: string): unknown => {
    if (!isTree(owner) || !Object.hasOwn(owner, name)) return undefined;
    const value = owner[name];
    delete owner[name];
    notices.add(`Option "${place}" is now called "${now}".`);
    return value;
  };
  const move = (owner: unknown, name: string, to: string, path = '') => {
    const value = taken(owner, name, path + name, to.startsWith('.') ? `${path}${to.slice(1)}` : to);
    if (value === undefined) return;
    const names = to.startsWith('.') ? [to.slice(1)] : to.split('.');
    put(to.startsWith('.') ? (owner as Tree) : options, names, value);
  };

  move(options, 'apiURL', 'api.url');
  move(options, 'fetch', 'api.fetch');
  move(options, 'newThreadView', 'startScreen');
  const tools = taken(options, 'clientTools', 'clientTools', 'onClientTool');
  if (isTree(tools)) options.onClientTool ??= toolOf(tools);

  const messages = taken(options, 'messages', 'messages', 'threadItemActions');
  // Annotations are always displayed.
  if (isTree(messages)) {
    const { annotations: _, ...actions } = messages;
    options.threadItemActions ??= actions;
  }

  if (typeof options.header === 'boolean') {
    notices.add('Option "header" as true or false is now called "header.enabled".');
    options.header = { enabled: options.header };
  }
  move(options.header, 'customButtonLeft', '.leftAction', 'header.');
  move(options.header, 'customButtonRight', '.rightAction', 'header.');

  const prompts = isTree(options.startScreen) ? options.startScreen.prompts : null;
  for (const prompt of Array.isArray(prompts) ? prompts : [])
    move(prompt, 'name', '.label', 'startScreen.prompts.');

  moveUploadStrategy(options, taken);
  return [...notices];
}

function put(tree: Tree, names: string[], value: unknown) {
  const [name = '', ...rest] = names;
  if (!rest.length) {
    tree[name] ??= value;
    return;
  }
  tree[name] ??= {};
  const below = tree[name];
  if (isTree(below)) put(below, rest, value);
}

const toolOf =
  (tools: Tree) =>
  async ({ name, params }: { name: string; params: unknown }) => {
    const tool = Object.hasOwn(tools, name) ? tools[name] : null;
    if (typeof tool !== 'function') throw new Error(`This page has no client tool "${name}".`);
    return (tool as Tool)(params);
  };

/** It stood with the attachments, which were enabled by being there. "hosted" is what a server does by default. */
function moveUploadStrategy(
  options: Tree,
  taken: (owner: unknown, name: string, place: string, now: string) => unknown,
) {
  const { composer, api } = options;
  const attachments = isTree(composer) ? composer.attachments : null;
  const place = 'composer.attachments.uploadStrategy';
  const strategy = taken(attachments, 'uploadStrategy', place, 'api.uploadStrategy');
  if (strategy === undefined || !isTree(attachments)) return;
  attachments.enabled ??= true;
  const isHosted = isTree(strategy) && strategy.type === 'hosted';
  if (!isHosted && isTree(api) && 'url' in api) api.uploadStrategy ??= strategy;
}
