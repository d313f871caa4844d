export function Problems({ of }: { of: string[] }) {
  if (of.length === 0) return null;
  return (
    <ul className="ws-problems" aria-label="Problems">
      {of.map((problem) => (
        <li key={problem}>{problem}</li>
      ))}
    </ul>
  );
}
