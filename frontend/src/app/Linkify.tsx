/** A sentence whose addresses can be followed; a full stop behind one is not part of it. */
export function Linkify({ text }: { text: string }) {
  return text.split(/(https:\/\/[^\s]*[^\s.,:])/).map((part, at) =>
    at % 2 ? (
      <a key={part} href={part} target="_blank" rel="noopener noreferrer">
        {part.replace('https://', '')}
      </a>
    ) : (
      part
    ),
  );
}
