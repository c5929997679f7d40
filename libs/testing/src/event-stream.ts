import { waitFor } from './wait-for.js';

export interface StreamMessage {
  event: string;
  id: string | undefined;
  data: Record<string, unknown>;
}

/** Reads a stream of server-sent events, as a browser does. */
export class EventStream {
  readonly messages: StreamMessage[] = [];
  /** All received messages. */
  text = '';
  /** The id to resume after. */
  lastId: string | undefined;
  ended = false;
  private rest = '';

  private constructor(
    readonly response: Response,
    private readonly abort: AbortController,
  ) {
    void this.read()
      .catch(() => undefined)
      .finally(() => (this.ended = true));
  }

  /** Rejects when the answer is not a stream. */
  static async open(url: string, headers: Record<string, string> = {}): Promise<EventStream> {
    const abort = new AbortController();
    const response = await fetch(url, { headers, signal: abort.signal });
    if (!response.ok || !response.body) throw new Error(`${response.status} ${await response.text()}`);
    return new EventStream(response, abort);
  }

  /** The first message of this name, received or to come, whose data match. */
  next(event: string, matching: (data: Record<string, unknown>) => boolean = () => true): Promise<StreamMessage> {
    return waitFor(() => this.messages.find((message) => message.event === event && matching(message.data)), {
      what: () => `a message ${event} among ${JSON.stringify(this.messages.map((message) => message.event))}`,
    });
  }

  close(): void {
    this.abort.abort();
  }

  private async read(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of this.response.body as unknown as AsyncIterable<Uint8Array>) {
      const text = decoder.decode(chunk, { stream: true });
      this.text += text;
      const blocks = (this.rest + text).split('\n\n');
      this.rest = blocks.pop() ?? '';
      for (const block of blocks) this.take(block);
    }
  }

  private take(block: string): void {
    const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]));
    const id = fields.get('id');
    if (id !== undefined) this.lastId = id;
    const data = fields.get('data');
    if (data === undefined) return;
    this.messages.push({
      event: fields.get('event') ?? 'message',
      id,
      data: JSON.parse(data) as StreamMessage['data'],
    });
  }
}
