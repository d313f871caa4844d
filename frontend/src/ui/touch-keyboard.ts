/**
 * Whether text is written with a keyboard on the screen, which covers half of it when a text field has the focus.
 * A tablet with a trackpad or mouse has its keyboard there, too.
 */
export const hasTouchKeyboard = () =>
  matchMedia('(pointer: coarse)').matches && !matchMedia('(any-pointer: fine)').matches;
