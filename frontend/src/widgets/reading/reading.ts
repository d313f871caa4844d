/** What a widget says to those who do not see it, worked out once from its whole tree. */
import { createContext, useContext } from 'react';
import type { WidgetNode } from '../../protocol/types';
import { chosenIn } from './chosen';
import { controlNames } from './control-names';
import { singleLines } from './lines';
import { captionsIn, titleOfWidget } from './titles';

export type Reading = {
  title: string;
  names: ReadonlyMap<WidgetNode, string>;
  captions: ReadonlyMap<WidgetNode, string>;
  chosen: ReadonlyMap<WidgetNode, boolean>;
  singleLines: ReadonlySet<WidgetNode>;
};

export function readingOf(root: WidgetNode): Reading {
  try {
    return {
      title: titleOfWidget(root),
      names: controlNames(root),
      captions: captionsIn(root),
      chosen: chosenIn(root),
      singleLines: singleLines(root),
    };
  } catch {
    // What is wrong with a node is reported where it is drawn, and costs nothing but that node.
    return nothingToRead;
  }
}

export const nothingToRead: Reading = {
  title: '',
  names: new Map(),
  captions: new Map(),
  chosen: new Map(),
  singleLines: new Set(),
};

export const ReadingContext = createContext(nothingToRead);
export const useReading = () => useContext(ReadingContext);
