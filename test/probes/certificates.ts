import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A key and a certificate that signs itself, both PEM. Trusting it means passing `cert` as the authority. */
export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
}

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/** Makes a certificate for one subject alternative name (`IP:127.0.0.1`, `DNS:…`). `days` may be -1: expired yesterday. */
export function makeCertificate(name: string, days: number): TestCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'probe-certificate-'));
  try {
    const [key, request, extensions, cert] = ['key', 'request', 'extensions', 'cert'].map((file) =>
      join(folder, `${file}.pem`),
    );
    if (!key || !request || !extensions || !cert) throw new Error('four paths expected');
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const named = ['-subj', '/CN=monitoring test', '-addext', `subjectAltName=${name}`];
    openssl('req', ...curve, '-keyout', key, '-out', request, ...named);
    const signed = ['-signkey', key, '-copy_extensions', 'copy', '-days', String(days)];
    openssl('x509', '-req', '-in', request, ...signed, '-out', cert);
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function openssl(...args: string[]): void {
  const { status, stderr, error } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl ${args[0]} failed: ${error?.message ?? stderr}`);
}
