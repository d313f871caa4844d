/* The props of the node that the cursor is in: what each takes and means, and what it has now. */
import { NODES, type Prop } from '../vocabulary';
import type { TemplateCursor } from './template-cursor';
import { nodeAt, nodesIn, type TemplateNode, type Prop as WrittenProp } from './template-nodes';

export function NodeProps({
  cursor,
  template,
  at,
}: {
  cursor: TemplateCursor | null;
  template: string;
  at: number;
}) {
  const node = nodeAt(nodesIn(template), at);
  const about = node && NODES[node.type];
  if (!node || !cursor) return <p>Put the cursor into a node of the template: its props stand here.</p>;
  if (!about) {
    return (
      <p>
        There is no node <code>{node.type}</code>.
      </p>
    );
  }
  const own = (path: string) => node.props.find(({ name }) => name === path);
  const props = Object.entries(about.props).filter(([path]) => !path.includes('.') && path !== 'children');
  const sorted = props.toSorted(([one], [other]) => Number(!!own(other)) - Number(!!own(one)));
  return (
    <div className="ws-props">
      <h3>{node.type}</h3>
      <p>{about.about}</p>
      <ul>
        {sorted.map(([path, prop]) => (
          <PropRow
            key={`${node.start} ${path}`}
            path={path}
            prop={prop}
            now={own(path)}
            template={template}
            set={(value) => write(cursor, node, path, own(path), value)}
          />
        ))}
      </ul>
    </div>
  );
}

function PropRow({
  path,
  prop,
  now,
  template,
  set,
}: {
  path: string;
  prop: Prop;
  now: WrittenProp | undefined;
  template: string;
  set(value: string | null): void;
}) {
  const offered = choices(prop);
  const value = now ? template.slice(now.valueStart, now.end) : '';
  // Jinja, or a word that is not offered: it stays, and can be replaced.
  const listed = value && !offered.includes(value) ? [value, ...offered] : offered;
  return (
    <li data-set={now ? '' : undefined}>
      <span className="ws-prop">
        <code>{path}</code>
        {offered.length > 0 ? (
          <select
            aria-label={path}
            value={value}
            onChange={(event) => set(event.target.value || null)}
            title={value}
          >
            {!(prop.required && now) && (
              <option value="">{prop.default ? `(${prop.default})` : '(unset)'}</option>
            )}
            {listed.map((word) => (
              <option key={word} value={word}>
                {word.replaceAll('"', '')}
              </option>
            ))}
          </select>
        ) : (
          <button type="button" className="ws-quiet" onClick={() => set(now ? value : fresh(path, prop))}>
            {now ? 'Go to' : 'Add'} <span className="visually-hidden">{path}</span>
          </button>
        )}
      </span>
      <small>
        {prop.means}
        {offered.length === 0 && ` Takes ${prop.values.replaceAll('`', '')}.`}
        {prop.required && !now && ' Required.'}
      </small>
    </li>
  );
}

/** The words that a prop takes, as JSON; none where it takes anything else. */
const choices = ({ choices: words = [], open }: Prop) =>
  open ? [] : words.map((word) => (word === 'true' || word === 'false' ? word : JSON.stringify(word)));

/** What a prop begins with, to be typed over. */
function fresh(path: string, { values }: Prop): string {
  if (values.includes('action')) return '{ "type": "name.of_action" }';
  if (values.includes('list')) return '[]';
  if (values.includes('object')) return '{  }';
  if (/space|length|number|edge/.test(values)) return '2';
  return values.includes('icon') || path.startsWith('icon') ? '"star"' : '""';
}

/** Sets a prop, or takes it away with its comma; the cursor stays in the node, at the end of the value. */
function write(
  cursor: TemplateCursor,
  node: TemplateNode,
  name: string,
  now: WrittenProp | undefined,
  value: string | null,
) {
  if (now && value === null) {
    const before = node.props[node.props.indexOf(now) - 1];
    const after = node.props[node.props.indexOf(now) + 1];
    const [from, to] = before ? [before.end, now.end] : [now.start, after?.start ?? now.end];
    cursor.insert('', from, to, from);
  } else if (now && value !== null) {
    cursor.insert(value, now.valueStart, now.end, now.valueStart + insideQuotes(value));
  } else if (value !== null) {
    const type = node.props.find((prop) => prop.name === 'type');
    if (!type) return;
    const text = `${separator(cursor.text(), node)}${JSON.stringify(name)}: `;
    cursor.insert(text + value, type.end, type.end, type.end + text.length + insideQuotes(value));
  }
}

const insideQuotes = (value: string) => (value.endsWith('"') ? value.length - 1 : value.length);

/** As the props of the node are set apart now: on lines of their own, or on one. */
function separator(template: string, node: TemplateNode): string {
  const [first, second] = node.props;
  const between = first && second ? template.slice(first.end, second.start) : ', ';
  return /^,\s*$/.test(between) ? between : ', ';
}
