/** What a prop takes: one of these words, an object with these fields, or anything; lists are as their items. */
export type Shape = { values?: string[]; fields?: Record<string, Shape> };
export type WidgetTypes = { nodes: Record<string, Record<string, Shape>>; icons: string[] };

export function unionOf(shapes: Shape[]): Shape {
  const values = [...new Set(shapes.flatMap((shape) => shape.values ?? []))];
  const fields: Record<string, Shape> = {};
  for (const shape of shapes) {
    for (const [name, field] of Object.entries(shape.fields ?? {})) {
      const known = fields[name];
      fields[name] = known ? unionOf([known, field]) : field;
    }
  }
  return { ...(values.length && { values }), ...(Object.keys(fields).length && { fields }) };
}

/** Each prop of a node by its path, those of the objects in it included ("status.icon"), and the words it takes. */
export function propsOf(node: Record<string, Shape>): [path: string, values: string[]][] {
  return Object.entries(node).flatMap(([name, shape]) => [
    [name, shape.values ?? []] as [string, string[]],
    ...propsOf(shape.fields ?? {}).map(([path, values]): [string, string[]] => [`${name}.${path}`, values]),
  ]);
}
