const options: Partial<ChatKitOptions> = {
  entities: {
    async onTagSearch() { /* ... */ },
    onRequestPreview: async (entity) => ({
      preview: {
        type: "Card",
        children: [
          { type: "Text", value: Profile: ${entity.title} },
          { type: "Text", value: "Role: Developer" },
        ],
      },
    }),
  },
};
