/** What is wrong with a message as a host page describes it, for the developer of that page. */
import * as v from 'valibot';
import type { FrameApi } from '../../bridge/contract';
import { attachment, part } from '../../options/schema';

type Given = Partial<Parameters<FrameApi['sendUserMessage']>[0]>;

/** Null if the message can be sent. */
export function whyNoMessage(given: Given | null | undefined): string | null {
  if (typeof given !== 'object' || !given) return 'it needs an object with "text" or "content".';
  const { attachments, model, toolChoice } = given;
  const content = whyNoContent(given);
  if (content) return content;
  if (attachments !== undefined && !v.is(v.array(attachment), attachments))
    return 'each attachment needs an "id", a "name", a "mime_type" and the type "file" or "image".';
  if (model !== undefined && (typeof model !== 'string' || !model))
    return '"model" must be the id of a model.';
  if (toolChoice !== undefined && typeof toolChoice?.id !== 'string')
    return '"toolChoice" must be an object with the "id" of a tool.';
  return isEmpty(given) ? 'the message is empty.' : null;
}

/** Null if it can stand in the composer, as nothing can, too. */
export function whyNoContent({ text, content, reply }: Given): string | null {
  if (text !== undefined && typeof text !== 'string') return '"text" must be a string.';
  if (reply !== undefined && reply !== null && typeof reply !== 'string') return '"reply" must be a string.';
  if (content === undefined || v.is(v.array(part), content)) return null;
  return '"content" must be a list of parts of type "input_text" or "input_tag".';
}

function isEmpty({ text = '', content, attachments = [] }: Given): boolean {
  const parts = content ?? [{ type: 'input_text', text } as const];
  return !attachments.length && parts.every((one) => one.type === 'input_text' && !one.text.trim());
}
