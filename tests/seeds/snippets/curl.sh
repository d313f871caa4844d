curl -X POST http://localhost:8001/chatkit \
  -H "Content-Type: application/json" \
  -d '{"type":"threads.create","params":{"input":{"content":[{"type":"input_text","text":"Hey Professor Lock!"}],"attachments":[],"inference_options":{}}}}'
