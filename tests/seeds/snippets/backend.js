// Add to your existing Node.js backend at /api/chatkit/session
app.post('/api/chatkit/session', async (req, res) => {
  const session = await openai.chatkit.sessions.create({
    workflow: { id: "your_workflow_id" },
    user: req.body.deviceId,
  });
  
  res.json({ client_secret: session.client_secret });
});
