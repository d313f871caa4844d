import { useRef } from 'react';

/** While a text grows, what is new in it fades in. */
export function StreamedText({ value, streaming }: { value: string; streaming: boolean }) {
  const settled = useRef('');
  const shown = settled.current;
  settled.current = value;
  if (!streaming) return value;
  const grown = value.length > shown.length && value.startsWith(shown);
  if (!grown) return <span className="w-streaming">{value}</span>;
  return (
    <span className="w-streaming">
      {shown}
      <span key={shown.length} className="w-fresh">
        {value.slice(shown.length)}
      </span>
    </span>
  );
}
