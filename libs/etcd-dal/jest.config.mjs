import preset from '../../jest.preset.mjs';

// These tests wait for etcd most of the time: more of them than processors can run at once.
export default { ...preset, maxWorkers: 4 };
