import { component, flag, instantOrNull, object, type Shape, text } from '../common/shape.js';

export const SignIn = component(
  'SignIn',
  object({ token: text, stay: { ...flag, description: 'For 30 days instead of 12 hours.' } }, ['stay']),
  { token: 'an-access-token' },
);

export const SignedIn = component(
  'SignedIn',
  object({
    required: { ...flag, description: 'Whether this API needs an access token.' },
    signedIn: { ...flag, description: 'Whether the request has a valid token or session, or needs none.' },
    expiresAt: { ...instantOrNull, description: 'End of the session; null without one.' },
  }),
  { required: true, signedIn: true, expiresAt: '2026-06-02T00:00:00.000Z' },
);
export type ShownSession = Shape<typeof SignedIn>;
