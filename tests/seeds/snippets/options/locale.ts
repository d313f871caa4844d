const options: Partial<ChatKitOptions> = {
  locale: 'de-DE',
};
