import { expect, test } from 'vitest';

import { type HostDistance, hostDistance } from '../../../src/lib/host-distance.ts';

const HOSTS: readonly (readonly [string, HostDistance])[] = [
  ['localhost', 'self'],
  ['LOCALHOST', 'self'],
  ['ollama.localhost', 'self'],
  ['127.0.0.1', 'self'],
  ['127.8.8.8', 'self'],
  ['[::1]', 'self'],
  ['0.0.0.0', 'self'],
  ['::ffff:127.0.0.1', 'self'],
  ['::ffff:7f00:1', 'self'],
  ['10.1.2.3', 'near'],
  ['172.16.0.1', 'near'],
  ['172.31.255.255', 'near'],
  ['192.168.1.20', 'near'],
  ['169.254.169.254', 'near'],
  ['100.64.0.1', 'near'],
  ['100.127.0.1', 'near'],
  ['[fd12:3456::1]', 'near'],
  ['fe80::1', 'near'],
  ['gpu', 'near'],
  ['gpu.local', 'near'],
  ['gpu.lan', 'near'],
  ['nas.home.arpa', 'near'],
  ['host.docker.internal', 'near'],
  ['172.32.0.1', 'far'],
  ['100.128.0.1', 'far'],
  ['8.8.8.8', 'far'],
  ['[2606:4700::1]', 'far'],
  ['api.openai.com', 'far'],
  ['local.example.com', 'far'],
  ['notlocalhost.com', 'far'],
  ['127.0.0.1.example.com', 'far'],
  ['10.example.com', 'far'],
  ['fd.example.com', 'far'],
];

test.each(HOSTS)('%s is %s', (host, distance) => {
  expect(hostDistance(host)).toBe(distance);
});
