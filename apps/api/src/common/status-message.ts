/** How the original answers what it did. */
export interface StatusMessage {
  message: string;
  status: string;
}

export function ok(message: string): StatusMessage {
  return { message, status: 'OK' };
}
