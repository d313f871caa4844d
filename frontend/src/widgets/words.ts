/** What widgets say by themselves; everything else that stands in one comes from the server. */
export const useWords = () => ({
  broken: 'This part cannot be shown.',
  clear: (field: string) => `Clear ${field}`,
  chooseDate: 'Choose a date',
  chooseOption: 'Choose an option',
  search: 'Search',
  noMatches: 'No matches',
  showMore: (count: number) => `Show ${count} more`,
  open: 'Open',
  action: 'Action',
  chart: 'Chart',
  table: 'Table',
  picture: 'Picture',
});

export const useLocale = () => document.documentElement.lang || navigator.language;
