// An agent as a service of its own, with Node alone: it counts the messages of each thread.
//
//     AGENT_SECRET=... node agent.ts 9000        (Node.js 22.18 or newer; `npx tsx agent.ts 9000` before)
//
//     [agents.counter]
//     target = "http://127.0.0.1:9000"
//     env = ["AGENT_SECRET"]

import { createServer } from 'node:http';

interface Turn {
  thread: { metadata: { count?: number } };
  text: string;
  user: { locale: string };
}

const secret = process.env.AGENT_SECRET ?? '';

createServer(async (request, response) => {
  if (request.headers.authorization !== `Bearer ${secret}`) {
    response.writeHead(401).end();
    return;
  }
  let body = '';
  for await (const piece of request.setEncoding('utf8')) body += piece;
  const turn: Turn = JSON.parse(body);
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  const send = (event: object) => response.write(`data: ${JSON.stringify(event)}\n\n`);

  const count = (turn.thread.metadata.count ?? 0) + 1;
  const item = {
    type: 'assistant_message',
    id: `answer_${count}`,
    content: [{ type: 'output_text', text: '' }],
  };
  send({ type: 'thread.item.added', item });
  const text = `Message ${count}, ${turn.user.locale}: ${turn.text}`;
  for (const word of text.split(' ')) {
    const update = { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: `${word} ` };
    send({ type: 'thread.item.updated', item_id: item.id, update });
  }
  send({ type: 'thread.item.done', item: { ...item, content: [{ type: 'output_text', text }] } });
  send({ type: 'thread.updated', thread: { metadata: { count } } });
  response.end();
}).listen(Number(process.argv[2]), '127.0.0.1');
