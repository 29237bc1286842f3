import { exec } from 'node:child_process';
import { readFile } from 'node:fs/promises';

import { keepKeyAt } from '../config/index.ts';
import type { Outside } from '../credentials/index.ts';
import { httpProxyRule } from '../lib/http-proxy.ts';
import { Secret } from '../lib/secret.ts';
import { askOnce } from '../proxy/index.ts';

/** A program that gives credentials may ask its owner for a password; a minute is enough for that, and not forever. */
const PROGRAM_MS = 60_000;

/** This machine, as credentials are looked up in it. */
export function openOutside(env: Readonly<Record<string, string | undefined>>, home: string): Outside {
  const httpProxyFor = httpProxyRule(env);
  return {
    env,
    home,
    platform: process.platform,
    now: Date.now,
    readText: (path) => readFile(path, 'utf8').catch(() => undefined),
    ask: (question) => askOnce(question, httpProxyFor),
    keep: async (reference, value) => {
      // Where it cannot be kept it is still good until the daemon ends; then somebody has to sign in again.
      await keepKeyAt(reference, new Secret(value), env).catch(() => false);
    },
    // A command out of AWS's own configuration, run as AWS's tools do.
    run: (command) =>
      new Promise((resolve, reject) => {
        const options = { timeout: PROGRAM_MS, env: { ...process.env, ...env }, windowsHide: true };
        exec(command, options, (error, stdout) => {
          if (error) reject(error);
          else resolve(stdout);
        });
      }),
  };
}
