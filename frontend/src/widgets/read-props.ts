/*
 * A widget comes from a server, and through it from models and web pages: whatever a prop should be, it may be
 * something else. Each reader returns a value of its type, and otherwise nothing (undefined, or an empty text).
 */
import type { ActionConfig, WidgetNode } from '../protocol/types';

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isNode = (value: unknown): value is WidgetNode =>
  isObject(value) && typeof value.type === 'string';

/** What is displayed: numbers are text here, too; objects are not. */
export const asText = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';

export const asNumber = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

export const oneOf = <T extends string>(value: unknown, allowed: readonly T[]): T | undefined =>
  allowed.find((name) => name === value);

/** The entry of a table that a prop names; nothing that every object has by birth. */
export const named = <T>(table: Record<string, T>, value: unknown): T | undefined =>
  typeof value === 'string' && Object.hasOwn(table, value) ? table[value] : undefined;

export const nodesOf = (children: unknown): WidgetNode[] =>
  (Array.isArray(children) ? children : [children]).filter(isNode);

export const actionOf = (value: unknown): ActionConfig | undefined =>
  isObject(value) && typeof value.type === 'string' ? (value as ActionConfig) : undefined;

/** Whether a prop is switched on; what is not true is off, but for a prop that is on by itself. */
export const asBoolean = (value: unknown, otherwise = false): boolean =>
  typeof value === 'boolean' ? value : otherwise;
