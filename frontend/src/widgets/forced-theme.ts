import { createContext, useContext } from 'react';

/** The theme that the nearest card, list or root forces on what is in it, if one does. */
export const ThemeContext = createContext<'light' | 'dark' | undefined>(undefined);
export const useForcedTheme = () => useContext(ThemeContext);
