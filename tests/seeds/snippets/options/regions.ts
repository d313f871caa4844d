const options: Partial<ChatKitOptions> = {
  history: { enabled: false },
  header: { enabled: false },
};
