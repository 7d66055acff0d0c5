import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Certificates {
  /** PEM of the authority. */
  readonly ca: string;
  /** For 127.0.0.1, signed by the authority. */
  readonly server: { readonly key: string; readonly cert: string };
  /** Signed by the authority too, for a host that is not this one. */
  readonly otherHost: { readonly key: string; readonly cert: string };
  /** Signed by the authority, and over since long ago. */
  readonly expired: { readonly key: string; readonly cert: string };
}

export function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Makes an authority and certificates for one test file; no key is kept. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(path.join(tmpdir(), 'gateway-tls-'));
  const openssl = (...values: readonly string[]): void => {
    execFileSync('openssl', values, { cwd: folder, stdio: 'ignore' });
  };
  const read = (file: string): string => readFileSync(path.join(folder, file), 'utf8');
  const sign = (name: string, subjectAltName: string, days: string): { key: string; cert: string } => {
    writeFileSync(path.join(folder, `${name}.ext`), `subjectAltName=${subjectAltName}\n`);
    openssl(
      'req',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
    );
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      days,
      '-extfile',
      `${name}.ext`,
      '-out',
      `${name}.pem`,
    );
    return { key: read(`${name}.key`), cert: read(`${name}.pem`) };
  };
  try {
    openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-subj',
      '/CN=Test authority',
      '-days',
      '2',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
    );
    return {
      ca: read('ca.pem'),
      server: sign('server', 'IP:127.0.0.1', '2'),
      otherHost: sign('other', 'DNS:elsewhere.example', '2'),
      // A negative duration is how openssl makes one that ended before it began.
      expired: sign('expired', 'IP:127.0.0.1', '-1'),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
