import { expect, it } from '@jest/globals';
import { listenFault } from './listen-fault.js';

it.each([
  ['EADDRINUSE', '::1', 8080, '--listen: cannot listen on [::1]:8080: another process uses this port'],
  ['EADDRNOTAVAIL', '203.0.113.1', 8080, '203.0.113.1:8080: this machine does not have this address'],
  ['EACCES', '127.0.0.1', 80, '127.0.0.1:80: this user may not listen on port 80'],
  ['ENOTFOUND', 'nowhere.invalid', 80, 'cannot resolve the host name nowhere.invalid'],
  ['EAI_AGAIN', 'nowhere.invalid', 80, 'cannot resolve the host name nowhere.invalid'],
])('%s at %s is reported as a fault of the setting', (code, host, port, said) => {
  const fault = listenFault(Object.assign(new Error('listen'), { code }), { host, port });
  expect(fault?.faults).toEqual([expect.stringContaining(said)]);
});

it('answers nothing for errors that are not about the address', () => {
  for (const error of [new Error('x'), undefined, Object.assign(new Error('x'), { code: 'ENOENT' })])
    expect(listenFault(error, { host: '::1', port: 1 })).toBeUndefined();
});
