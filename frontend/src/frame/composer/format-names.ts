/** What people call the formats of files; names of products and formats are the same in every language. */

/** By extension, and by MIME type without its family. */
const NAMES: Record<string, string> = {
  doc: 'Word',
  docx: 'Word',
  msword: 'Word',
  'vnd.openxmlformats-officedocument.wordprocessingml.document': 'Word',
  xls: 'Excel',
  xlsx: 'Excel',
  'vnd.ms-excel': 'Excel',
  'vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'Excel',
  ppt: 'PowerPoint',
  pptx: 'PowerPoint',
  'vnd.ms-powerpoint': 'PowerPoint',
  'vnd.openxmlformats-officedocument.presentationml.presentation': 'PowerPoint',
  odt: 'OpenDocument',
  ods: 'OpenDocument',
  odp: 'OpenDocument',
  'vnd.oasis.opendocument.text': 'OpenDocument',
  'vnd.oasis.opendocument.spreadsheet': 'OpenDocument',
  'vnd.oasis.opendocument.presentation': 'OpenDocument',
  md: 'Markdown',
  markdown: 'Markdown',
  jpg: 'JPEG',
  'svg+xml': 'SVG',
  webp: 'WebP',
  webm: 'WebM',
  mpeg: 'MP3',
  'x-wav': 'WAV',
  'x-m4a': 'M4A',
  quicktime: 'QuickTime',
  javascript: 'JavaScript',
  js: 'JavaScript',
  ts: 'TypeScript',
  py: 'Python',
  'x-python': 'Python',
  'epub+zip': 'EPUB',
  'x-zip-compressed': 'ZIP',
  'x-yaml': 'YAML',
  yml: 'YAML',
};

/** The name of one type: "application/pdf" and ".pdf" are PDF. */
export function formatName(type: string): string {
  const key = type.toLowerCase().replace(/^.*\/|^\./, '');
  return (
    NAMES[key] ??
    key
      .replace(/^(x-|vnd\.)/, '')
      .replace(/\+.*$/, '')
      .toUpperCase()
  );
}

export const isNamed = (type: string) => Object.hasOwn(NAMES, type.toLowerCase().replace(/^.*\/|^\./, ''));
