import { asText, isObject } from './read-props';

export type Option = { value: string; label: string; description: string; disabled: boolean };

export function optionsOf(options: unknown): Option[] {
  return (Array.isArray(options) ? options : [])
    .filter(isObject)
    .map(({ value, label, description, disabled }) => ({
      value: asText(value),
      label: asText(label) || asText(value),
      description: asText(description),
      disabled: disabled === true,
    }));
}
