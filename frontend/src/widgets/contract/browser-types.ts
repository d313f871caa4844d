/** The widget types of `@openai/chatkit`, read from its declarations. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'vite';
import { type Shape, unionOf, type WidgetTypes } from './shape';

/** Of the syntax tree, what is read here. */
type Tree = {
  type: string;
  id: { name: string };
  declaration: Tree | null;
  typeAnnotation: Tree;
  types: Tree[];
  members: { key: { name: string }; typeAnnotation: { typeAnnotation: Tree } }[];
  elementType: Tree;
  literal: { value: unknown };
  typeName: { name: string };
  typeArguments: { params: Tree[] } | null;
};

const FILE = join(import.meta.dirname, '../../../node_modules/@openai/chatkit/types/widgets.d.ts');
/** Where the tree goes on: the types of children are nodes of their own. */
const NOT_FOLLOWED = new Set(['WidgetComponent', 'WidgetRoot', 'ListViewItem', 'TableRow', 'TableCell']);

export function browserTypes(): WidgetTypes {
  const { program } = parseSync('widgets.d.ts', readFileSync(FILE, 'utf8'));
  const aliases = new Map<string, Tree>();
  for (const statement of program.body as unknown as Tree[]) {
    const declared = statement.declaration ?? statement;
    aliases.set(declared.id.name, declared.typeAnnotation);
  }
  const aliased = (name: string): Tree => {
    const tree = aliases.get(name);
    if (!tree) throw new Error(`${FILE} declares no ${name}.`);
    return tree;
  };
  const shapeOf = (tree: Tree, top = false): Shape => {
    switch (tree.type) {
      case 'TSUnionType':
      case 'TSIntersectionType':
        return unionOf(tree.types.map((member) => shapeOf(member, top)));
      case 'TSTypeLiteral':
        return {
          fields: Object.fromEntries(
            tree.members.map(({ key, typeAnnotation }) => [key.name, shapeOf(typeAnnotation.typeAnnotation)]),
          ),
        };
      case 'TSArrayType':
        return shapeOf(tree.elementType);
      case 'TSParenthesizedType':
        return shapeOf(tree.typeAnnotation);
      case 'TSLiteralType':
        return typeof tree.literal.value === 'string' ? { values: [tree.literal.value] } : {};
      case 'TSTypeReference':
        return referenced(tree, top);
      default:
        return {};
    }
  };
  const referenced = ({ typeName, typeArguments }: Tree, top: boolean): Shape => {
    if (typeName.name === 'Pick') {
      const [from, keys] = typeArguments?.params.map((param) => shapeOf(param)) ?? [];
      const picked = Object.entries(from?.fields ?? {}).filter(([name]) => keys?.values?.includes(name));
      return { fields: Object.fromEntries(picked) };
    }
    if (typeName.name === 'Record' || typeName.name === 'WidgetIcon') return {};
    if (!top && NOT_FOLLOWED.has(typeName.name)) return {};
    return shapeOf(aliased(typeName.name));
  };
  const nodes: WidgetTypes['nodes'] = {};
  const visit = (name: string) => {
    const tree = aliased(name);
    if (tree.type === 'TSUnionType') {
      for (const member of tree.types) visit(member.typeName.name);
      return;
    }
    const { fields = {} } = shapeOf(tree, true);
    const [type] = fields.type?.values ?? [];
    if (type) nodes[type] = fields;
  };
  for (const root of ['WidgetRoot', 'WidgetComponent', 'ListViewItem']) visit(root);
  return { nodes, icons: shapeOf(aliased('WidgetIcon')).values ?? [] };
}
