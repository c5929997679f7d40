/** How a target treats clients: serves, answers wrongly, or accepts and says nothing. */
export type TargetMode = 'ok' | 'fail' | 'hang';

/** A running target. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** Takes effect with the next request or connection. */
  mode: TargetMode;
  /** Also closes the present connections. */
  close(): Promise<void>;
}
