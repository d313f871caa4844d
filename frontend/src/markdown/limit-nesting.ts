/** No text quotes a quotation this often; parsers take seconds for a hundred, and break at a thousand. */
const DEEPEST = 32;
/** "- - -" and "* * *" are lines across the page, however long. */
const NO_LINE_ACROSS = '(?![ \\t]*([-*])(?:[ \\t]*\\1)*[ \\t]*$)';
const MARKERS = `[ \\t]*(?:(?:>|(?:[+*-]|\\d{1,9}[.)])(?=[ \\t]))[ \\t]*){${DEEPEST}}`;
const TOO_DEEP = new RegExp(`^${NO_LINE_ACROSS}${MARKERS}`, 'gm');

/** The text with quotations and lists that begin on one line nested at most so deep; what follows is plain text. */
export const limitNesting = (text: string): string => text.replace(TOO_DEEP, '$&\\');
