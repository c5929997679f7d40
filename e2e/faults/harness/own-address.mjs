// Loaded into a process of 9volt before its own code: gives it a loopback address of its own, as if it ran on its own host, so that
// its peers can identify it. All of 127.0.0.0/8 is available.
import { Socket } from 'node:net';

const ADDRESS = process.env.TEST_OWN_ADDRESS;
const { connect } = Socket.prototype;

Socket.prototype.connect = function (...args) {
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (ADDRESS && typeof options === 'object' && options?.port !== undefined) options.localAddress ??= ADDRESS;
  return connect.apply(this, args);
};
