import { expect, test } from 'vitest';
import { english, languageFor } from '../../language/language';
import { type AttachmentOptions, acceptAttribute, refusalOf as refusal } from './upload-limits';

const refusalOf = (one: File, options: AttachmentOptions) => refusal(one, options, english);
const MB = 1024 * 1024;
const file = (name: string, type: string, size = 10) => {
  const made = new File(['x'], name, { type });
  Object.defineProperty(made, 'size', { value: size });
  return made;
};

test('without rules every file is taken, up to the 100 MB of ChatKit', () => {
  expect(refusalOf(file('a.bin', ''), { enabled: true })).toBeNull();
  expect(refusalOf(file('a.bin', '', 101 * MB), { enabled: true })).toContain('100 MB is the most');
});

test('a type is known by its MIME type, its family or its extension', () => {
  const options = {
    enabled: true,
    accept: { 'image/*': [], 'application/pdf': ['.pdf'], 'text/markdown': ['.md'] },
  };
  expect(refusalOf(file('a.png', 'image/png'), options)).toBeNull();
  expect(refusalOf(file('scan', 'application/pdf'), options)).toBeNull();
  expect(refusalOf(file('NOTES.MD', ''), options)).toBeNull();
  expect(refusalOf(file('run.exe', 'application/x-msdownload'), options)).toBe(
    '“run.exe” cannot be attached. These types can: images, PDF, or Markdown files.',
  );
});

test('types are named as people name them, in every language', async () => {
  const office = {
    enabled: true,
    accept: {
      'application/msword': ['.doc'],
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document': ['.docx'],
      'application/vnd.ms-excel': [],
      'application/vnd.openxmlformats-officedocument.presentationml.presentation': ['.pptx'],
    },
  };
  const exe = file('run.exe', '');
  expect(refusalOf(exe, office)).toContain('Word, Excel, or PowerPoint files.');
  const code = {
    enabled: true,
    accept: { 'text/plain': [], 'application/octet-stream': ['.parquet', '.py'] },
  };
  expect(refusalOf(exe, code)).toContain('text files, PARQUET, or Python files.');
  expect(refusalOf(exe, { enabled: true, accept: { 'image/*': [], 'image/png': [] } })).toContain(
    ': images.',
  );
  const of = async (locale: string) => refusal(exe, office, await languageFor([locale]));
  expect(await of('de')).toContain('Word-, Excel- oder PowerPoint-Dateien');
  expect(await of('fr')).toContain('fichiers Word, Excel ou PowerPoint');
  expect(await of('es')).toContain('archivos Word, Excel o PowerPoint');
  expect(await of('zh')).toContain('Word、Excel或PowerPoint文件');
  expect(await of('ja')).toContain('Word、Excel、またはPowerPointファイル');
  expect(await of('he')).toContain('קובצי Word, Excel או PowerPoint');
  expect(await of('ar')).toContain('ملفات Word أو Excel أو PowerPoint');
});

test('the narrowest size limit decides', () => {
  const options = { enabled: true, maxSize: { 'image/*': 2 * MB, 'image/gif': 5 * MB, '*': MB } };
  expect(refusalOf(file('a.gif', 'image/gif', 4 * MB), options)).toBeNull();
  expect(refusalOf(file('a.png', 'image/png', 3 * MB), options)).toBe(
    '“a.png” is too large: it has 3 MB, and 2 MB is the most.',
  );
  expect(refusalOf(file('a.pdf', 'application/pdf', 1.5 * MB), options)).toContain('1.5 MB, and 1 MB');
  expect(refusalOf(file('a.pdf', 'application/pdf', 0), options)).toBe('“a.pdf” is empty.');
});

test('the file dialog shows what is taken', () => {
  expect(acceptAttribute({ 'image/*': [], 'text/plain': ['.txt', '.log'] })).toBe(
    'image/*,text/plain,.txt,.log',
  );
});
