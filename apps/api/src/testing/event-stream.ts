import { waitFor } from '@9volt/etcd-dal/testing';

export interface StreamMessage {
  event: string;
  id?: string;
  data: Record<string, unknown>;
}

/** Reads a stream of server-sent events, as a browser would. */
export class EventStream {
  readonly messages: StreamMessage[] = [];
  /** All that was received. */
  text = '';
  lastId: string | undefined;
  ended = false;
  private rest = '';
  private readonly abort = new AbortController();

  static async open(url: string, headers: Record<string, string> = {}): Promise<EventStream> {
    const stream = new EventStream();
    const response = await fetch(url, { headers, signal: stream.abort.signal });
    if (!response.ok || !response.body) throw new Error(`${response.status} ${await response.text()}`);
    void stream
      .read(response.body)
      .catch(() => undefined)
      .finally(() => (stream.ended = true));
    return stream;
  }

  close(): void {
    this.abort.abort();
  }

  async next(event: string, matching: (data: Record<string, unknown>) => boolean = () => true): Promise<StreamMessage> {
    return waitFor(() => this.messages.find((message) => message.event === event && matching(message.data)), {
      timeoutMs: 5_000,
      what: `a message ${event} among ${JSON.stringify(this.messages.map((message) => message.event))}`,
    });
  }

  private async read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
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
      data: JSON.parse(data),
      ...(id === undefined ? {} : { id }),
    });
  }
}
