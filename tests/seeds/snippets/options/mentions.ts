const options: Partial<ChatKitOptions> = {
  entities: {
    async onTagSearch(query) {
      return [
        { 
          id: "user_123", 
          title: "Jane Doe", 
          group: "People", 
          interactive: true, 
        },
        { 
          id: "document_123", 
          title: "Quarterly Plan", 
          group: "Documents", 
          interactive: true, 
        },
      ]
    },
    onClick: (entity) => {
      navigateToEntity(entity.id);
    },
  },
};
