chatkit.setOptions({
  widgets: {
    async onAction(action, item) {
      await fetch('/api/widget-action', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ action, itemId: item.id }),
      });
    },
  },
});
