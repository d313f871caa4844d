const options: Partial<ChatKitOptions> = {
  theme: {
    colorScheme: "dark",
    color: { 
      accent: { 
        primary: "#2D8CFF", 
        level: 2 
      }
    },
    radius: "round", 
    density: "compact",
    typography: { fontFamily: "'Inter', sans-serif" },
  },
};
