// Debian packages that tests use. Without an optional one its specs are skipped.

const debianTriplet = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch] ?? process.arch;

const databases = [
  { file: '/usr/lib/postgresql/*/bin/postgres', package: 'postgresql' },
  { command: 'mariadbd', package: 'mariadb-server' },
];

const mailServers = [
  { command: 'exim4', package: 'exim4-daemon-light' },
  { command: 'dovecot', package: 'dovecot-imapd' },
];

const nagios = [
  { command: 'nrpe', package: 'nagios-nrpe-server' },
  { file: '/usr/lib/nagios/plugins/check_nrpe', package: 'nagios-nrpe-plugin' },
  { file: '/usr/lib/nagios/plugins/check_load', package: 'monitoring-plugins-basic' },
];

const network = [
  { command: 'dig', package: 'bind9-dnsutils' },
  { command: 'fping', package: 'fping' },
  { command: 'ip', package: 'iproute2' },
];

/** Of `npm test`. */
export const testNeeds = [
  { command: 'etcd', package: 'etcd-server' },
  { command: 'etcdctl', package: 'etcd-client' },
  { command: 'dnsmasq', package: 'dnsmasq-base' },
  { command: 'openssl', package: 'openssl' },
  { command: 'prometheus-alertmanager', package: 'prometheus-alertmanager', optional: true },
  { file: `/usr/lib/${debianTriplet}/faketime/libfaketime.so.1`, package: 'libfaketime', optional: true },
  { command: 'chromium', package: 'chromium', optional: true },
  { command: 'nrpe', package: 'nagios-nrpe-server', optional: true },
  { command: 'fping', package: 'fping', optional: true },
  { command: 'ip', package: 'iproute2', optional: true },
  { command: 'zsh', package: 'zsh', optional: true },
  { command: 'fish', package: 'fish', optional: true },
  ...databases.map((need) => ({ ...need, optional: true })),
];

/** Of `npm run test:real`, which fails without any of them. */
export const realNeeds = [
  { command: 'openssl', package: 'openssl' },
  { command: 'curl', package: 'curl' },
  ...databases,
  ...mailServers,
  ...nagios,
  ...network,
  // Installed, it would start a server of its own.
  { command: 'prometheus', package: 'prometheus', unpacked: true },
];

/** Of `npm run test:deploy`, which fails without any of them. */
export const deployNeeds = [
  { command: 'etcd', package: 'etcd-server' },
  { command: 'etcdctl', package: 'etcd-client' },
  { command: 'openssl', package: 'openssl' },
  // Installed, it would start a server of its own.
  { command: 'prometheus', package: 'prometheus', unpacked: true },
  { command: 'promtool', package: 'prometheus', unpacked: true },
  { command: 'debootstrap', package: 'debootstrap' },
  { command: 'buildah', package: 'buildah' },
  { command: 'podman', package: 'podman' },
  { command: 'runc', package: 'runc' },
  { command: 'docker-compose', package: 'docker-compose' },
  { command: 'systemd-analyze', package: 'systemd' },
];

/** Of the benches, and of the tasks that make pictures. */
export const benchNeeds = [
  { command: 'etcd', package: 'etcd-server' },
  { command: 'etcdctl', package: 'etcd-client' },
  { command: 'openssl', package: 'openssl' },
  { command: 'chromium', package: 'chromium' },
];

/** Of `npm run test:faults` and `npm run test:soak`. */
export const faultNeeds = [
  { command: 'etcd', package: 'etcd-server' },
  { command: 'etcdctl', package: 'etcd-client' },
  { command: 'ip', package: 'iproute2', optional: true },
  { file: `/usr/lib/${debianTriplet}/faketime/libfaketime.so.1`, package: 'libfaketime', optional: true },
];
