/** Nobody quotes a quotation this often; parsers take seconds for a hundred, and break at a thousand. */
const DEEPEST = 32;
const TOO_DEEP = new RegExp(`^[ \\t]*(?:(?:>|(?:[+*-]|\\d{1,9}[.)])(?=[ \\t]))[ \\t]*){${DEEPEST}}`, 'gm');

/** The text in which quotations and lists that begin on one line lie at most so deep in each other; what follows is words. */
export const flattened = (text: string): string => text.replace(TOO_DEEP, '$&\\');
