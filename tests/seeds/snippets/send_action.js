await chatKit.sendAction({
  type: "example",
  payload: { id: 123 },
});
