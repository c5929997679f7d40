// Loaded into a process of 9volt before its own code: gives it a loopback address of its own, as on a host of its own, so that whoever
// it connects to can tell it from the others. All of 127.0.0.0/8 is there to be used.
import { Socket } from 'node:net';

const ADDRESS = process.env.TEST_OWN_ADDRESS;
const { connect } = Socket.prototype;

Socket.prototype.connect = function (...args) {
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (ADDRESS && typeof options === 'object' && options?.port !== undefined) options.localAddress ??= ADDRESS;
  return connect.apply(this, args);
};
