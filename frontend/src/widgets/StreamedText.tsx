import { useRef } from 'react';

/** While a text grows, what is new in it fades in. */
export function StreamedText({ value, streaming }: { value: string; streaming: boolean }) {
  const settled = useRef('');
  const previous = settled.current;
  settled.current = value;
  if (!streaming) return value;
  const grown = value.length > previous.length && value.startsWith(previous);
  if (!grown) return <span className="w-streaming">{value}</span>;
  return (
    <span className="w-streaming">
      {previous}
      <span key={previous.length} className="w-fresh">
        {value.slice(previous.length)}
      </span>
    </span>
  );
}
