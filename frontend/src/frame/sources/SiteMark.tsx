/*
 * The mark of a site: its initial, in a colour of its own. Icons of sites would tell those sites, or whoever collects
 * icons, what a user asks for.
 */
import type { CSSProperties } from 'react';
import type { Source } from '../../protocol/types';
import { siteOf } from './Sources';

/** So many stand in the line of a search. */
const IN_A_LINE = 4;

export function SiteMark({ source }: { source: Source }) {
  const site = siteOf(source) || source.title;
  const style = { '--site-hue': hueOf(site) } as CSSProperties;
  return (
    <span className="site-mark" style={style} aria-hidden>
      {initialOf(site)}
    </span>
  );
}

/** Of the first sites that were found, each once. */
export function SiteMarks({ sources }: { sources: Source[] }) {
  const bySite = new Map(sources.map((source) => [siteOf(source) || source.title, source]));
  if (!bySite.size) return null;
  return (
    <span className="site-marks" aria-hidden>
      {[...bySite].slice(0, IN_A_LINE).map(([site, source]) => (
        <SiteMark key={site} source={source} />
      ))}
    </span>
  );
}

function initialOf(site: string): string {
  const [letter] = /[\p{L}\p{N}]/u.exec(site) ?? ['·'];
  return letter.toLocaleUpperCase();
}

function hueOf(site: string): number {
  let hash = 0;
  for (const letter of site) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 360;
  return hash;
}
