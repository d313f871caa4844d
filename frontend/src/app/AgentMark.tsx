/** The first letter of an agent's name on a colour of its own. */
export function AgentMark({ id, name }: { id: string; name: string }) {
  const [letter = ''] = name.trim();
  return (
    <span className="agent-mark" style={{ '--hue': hueOf(id) } as React.CSSProperties} aria-hidden>
      {letter.toLocaleUpperCase()}
    </span>
  );
}

/** The same for the same id, and far from that of most others. */
function hueOf(id: string): number {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return (hash * 137) % 360;
}
