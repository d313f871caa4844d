/** What a visitor of a page reads where the chat cannot be there. Its own words cannot be loaded then. */
const APOLOGIES: Record<string, string> = {
  en: 'The chat could not be loaded.',
  de: 'Der Chat konnte nicht geladen werden.',
  es: 'No se ha podido cargar el chat.',
  fr: "Le chat n'a pas pu être chargé.",
  ja: 'チャットを読み込めませんでした。',
  zh: '无法加载聊天。',
  ar: 'تعذّر تحميل المحادثة.',
  he: "לא ניתן היה לטעון את הצ'אט.",
};

export function apology(): string {
  const known = navigator.languages.map((language) => APOLOGIES[language.slice(0, 2)]).find(Boolean);
  return known ?? (APOLOGIES.en as string);
}
