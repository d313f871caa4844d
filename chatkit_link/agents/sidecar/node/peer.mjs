// JSON-RPC 2.0 over the pipe, one message a line, in both directions.

/** The server's error codes: of JSON-RPC, and one for whatever a method raised. */
const NO_METHOD = -32601;
const FAILED = -32000;

export class Peer {
  #send;
  #methods;
  #waiting = new Map();
  #number = 0;

  /** methods: name -> what answers the server's request of that name, given its parameters and its id. */
  constructor(send, methods) {
    this.#send = send;
    this.#methods = methods;
  }

  /** Ask the server. Rejects with the error that it answers. */
  request(method, params) {
    const id = ++this.#number;
    return new Promise((resolve, reject) => {
      this.#send({ jsonrpc: '2.0', id, method, params });
      this.#waiting.set(id, { resolve, reject });
    });
  }

  /** One line of the server's. Settles when what it asks for is answered. */
  async receive(line) {
    const message = JSON.parse(line);
    if (message.method === undefined) {
      this.#settle(message);
      return;
    }
    const method = this.#methods[message.method];
    const answer = { jsonrpc: '2.0', id: message.id };
    try {
      if (method === undefined)
        throw Object.assign(new Error(`no method ${message.method}`), { rpcCode: NO_METHOD });
      answer.result = (await method(message.params ?? {}, message.id)) ?? null;
    } catch (error) {
      answer.error = described(error);
    }
    if (message.id !== undefined) this.#answer(answer);
  }

  /** Every request is answered, also where what it is answered with cannot be written. */
  #answer(answer) {
    try {
      this.#send(answer);
    } catch (error) {
      this.#send({ jsonrpc: '2.0', id: answer.id, error: described(error) });
    }
  }

  #settle({ id, result, error }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(Object.assign(new Error(error.message), { raised: error.data?.raised }));
  }
}

/** An error as JSON-RPC has it. raised: the number under which the server knows it, where it came from there. */
function described(error) {
  const known = error instanceof Error ? error : new Error(textOf(error));
  return {
    code: known.rpcCode ?? FAILED,
    message: textOf(known.message),
    data: {
      name: textOf(known.name),
      stack: textOf(known.stack ?? ''),
      raised: raisedBy(known),
      line: Number.isInteger(known.line) ? known.line : undefined,
    },
  };
}

/** A file may throw what has no text. */
function textOf(value) {
  try {
    return String(value);
  } catch {
    return typeof value;
  }
}

function raisedBy(error, seen = new Set()) {
  if (!(error instanceof Error) || seen.has(error)) return undefined;
  return error.raised ?? raisedBy(error.cause, seen.add(error));
}
