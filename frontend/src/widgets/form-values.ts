/** The values of the fields of a form, by name, and how they go into the payload of an action. */
import type { ActionConfig } from '../protocol/types';
import { isObject } from './read-props';

export type FormValue = string | boolean | null;
export type FormValues = Record<string, FormValue>;

/** Marks the hidden input of a control that has no value, which is not the same as an empty text. */
export const NO_VALUE = 'data-no-value';

type Field = HTMLInputElement | HTMLTextAreaElement;
const isField = (element: Element): element is Field =>
  element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement;

export function formValues(form: HTMLFormElement | null): FormValues {
  const values: FormValues = {};
  for (const field of form?.elements ?? []) {
    if (!isField(field) || !field.name || field.matches(':disabled')) continue;
    const before = Object.hasOwn(values, field.name) ? values[field.name] : undefined;
    define(values, field.name, valueOfField(field, before));
  }
  return values;
}

function valueOfField(field: Field, before: FormValue | undefined): FormValue {
  if (field.type === 'checkbox') return (field as HTMLInputElement).checked;
  if (field.type === 'radio') return (field as HTMLInputElement).checked ? field.value : (before ?? null);
  return field.hasAttribute(NO_VALUE) ? null : field.value;
}

/** The action with the values in its payload, and the names of those that found their place taken. */
export function withValues(
  action: ActionConfig,
  values: FormValues,
): { action: ActionConfig; collisions: string[] } {
  const names = Object.keys(values);
  if (names.length === 0) return { action, collisions: [] };
  const { payload } = action;
  if (payload !== undefined && payload !== null && !isObject(payload)) return { action, collisions: names };
  const merged: Record<string, unknown> = structuredClone(payload ?? {});
  const collisions = names.filter((name) => !placed(merged, name.split('.'), values[name] as FormValue));
  return { action: { ...action, payload: merged }, collisions };
}

/** False when the place is taken: a form does not change what the server wrote into the action. */
function placed(payload: Record<string, unknown>, path: string[], value: FormValue): boolean {
  const name = path.pop() as string;
  let owner = payload;
  for (const step of path) {
    if (!Object.hasOwn(owner, step)) define(owner, step, {});
    const next = owner[step];
    if (!isObject(next)) return false;
    owner = next;
  }
  if (Object.hasOwn(owner, name)) return false;
  define(owner, name, value);
  return true;
}

/** As an own property whatever its name: a field called "__proto__" is a field. */
function define(owner: Record<string, unknown>, name: string, value: unknown) {
  Object.defineProperty(owner, name, { value, enumerable: true, writable: true, configurable: true });
}
