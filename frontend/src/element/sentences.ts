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
  pt: 'Não foi possível carregar o chat.',
  it: 'Impossibile caricare la chat.',
  ko: '채팅을 불러올 수 없습니다.',
  ru: 'Не удалось загрузить чат.',
  pl: 'Nie udało się wczytać czatu.',
  tr: 'Sohbet yüklenemedi.',
  nl: 'De chat kon niet worden geladen.',
  uk: 'Не вдалося завантажити чат.',
  vi: 'Không thể tải cuộc trò chuyện.',
  id: 'Obrolan tidak dapat dimuat.',
};
/** Chinese where it is written with traditional characters. */
const TRADITIONAL = /^zh-(hant|tw|hk|mo)/i;

export function apology(): string {
  const known = navigator.languages.map(apologyIn).find(Boolean);
  return known ?? (APOLOGIES.en as string);
}

const apologyIn = (language: string) =>
  TRADITIONAL.test(language) ? '無法載入聊天。' : APOLOGIES[language.slice(0, 2)];
