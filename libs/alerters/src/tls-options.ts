import { Flag, Text } from '@9volt/contracts';

/** The options of alerters that talk to a server of the operator's own. */

export function SkipVerify(): PropertyDecorator {
  return Flag({ doc: 'Accept any certificate of the server.', default: false });
}

export function Ca(): PropertyDecorator {
  return Text({
    doc: 'Certificates (PEM) of the authorities to trust, instead of those of the system. An authority can be an intermediate one, or the certificate of the server itself.',
    multiline: true,
    notEmpty: true,
    maxLength: 65_536,
  });
}
