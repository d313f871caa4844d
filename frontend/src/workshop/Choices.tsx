/** A row of buttons, one of which is chosen. */
export const Choices = <T extends string>({
  label,
  options,
  chosen,
  choose,
}: {
  label: string;
  options: readonly (readonly [T, string])[];
  chosen: T | null;
  choose(option: T): void;
}) => (
  <fieldset className="ws-choices" aria-label={label}>
    {options.map(([option, words]) => (
      <button key={option} type="button" aria-pressed={option === chosen} onClick={() => choose(option)}>
        {words}
      </button>
    ))}
  </fieldset>
);
