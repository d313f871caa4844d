/** micromark extension: HTML of the tags that are rendered (tags.ts) and comments; what else looks like it is text. */
import { htmlFlow, htmlText } from 'micromark-core-commonmark';
import type { Construct, Extension, State } from 'micromark-util-types';
import { isBlockTag, tagOf } from './tags';

const LONGEST_TAG = 2_000;

/** Looks ahead, and gives nothing away: whether a tag or a comment begins here. */
const startOfHtml = (inFlow: boolean): Construct => ({
  partial: true,
  tokenize(effects, ok, nok) {
    let source = '';
    const next: State = (code) => {
      if (code === null || code < 0 || source.length > LONGEST_TAG || (code === 60 && source))
        return nok(code);
      if (!source) effects.enter('htmlTextData');
      source += String.fromCharCode(code);
      const found = code === 62 ? tagOf(source) : undefined;
      const comment = source === '<!--';
      if (code === 62 && !comment && (!found || (inFlow && !isBlockTag(found)))) {
        effects.exit('htmlTextData');
        return nok(code);
      }
      effects.consume(code);
      if (!found && !comment) return next;
      effects.exit('htmlTextData');
      return ok;
    };
    return next;
  },
});

const guarded = (construct: Construct, name: string, inFlow: boolean): Construct => ({
  ...construct,
  name,
  tokenize(effects, ok, nok) {
    const html = construct.tokenize.call(this, effects, ok, nok);
    return effects.check(startOfHtml(inFlow), html, nok);
  },
});

export function html(): Extension {
  return {
    disable: { null: ['htmlFlow', 'htmlText'] },
    flow: { 60: guarded(htmlFlow, 'knownHtmlFlow', true) },
    text: { 60: guarded(htmlText, 'knownHtmlText', false) },
  };
}
