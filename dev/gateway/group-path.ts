/** A path below `/metrics/job` that names no group. The message is what the gateway answers. */
export class GroupPathError extends Error {}

const LABEL_NAME = /^[a-zA-Z_]\w*$/;
const BASE64 = '@base64';

function decodeValue(what: string, value: string): string {
  if (!/^[A-Za-z0-9_-]*={0,2}$/.test(value)) {
    throw new GroupPathError(`invalid base64 encoding in ${what} "${value}"`);
  }
  return Buffer.from(value, 'base64url').toString('utf8');
}

/**
 * The grouping labels of a path such as `/metrics/job/a/zone@base64/4o`, `job` included. Undefined when the
 * path is not one of a group at all.
 * @throws GroupPathError
 */
export function parseGroupPath(path: string): Readonly<Record<string, string>> | undefined {
  const match = /^\/metrics\/job(@base64)?\/([^/]*)(\/.*)?$/s.exec(path);
  if (match === null) return undefined;
  const [, encoded, name = '', rest = ''] = match;
  const job = encoded === undefined ? name : decodeValue('job name', name);
  if (job === '') throw new GroupPathError('job name is required');

  const labels = new Map<string, string>();
  const components = rest === '' || rest === '/' ? [] : rest.slice(1).split('/');
  if (components.length % 2 !== 0) {
    throw new GroupPathError(`odd number of components in label string "${rest}"`);
  }
  for (let index = 0; index < components.length; index += 2) {
    const written = components[index] ?? '';
    const value = components[index + 1] ?? '';
    const isEncoded = written.endsWith(BASE64);
    const label = isEncoded ? written.slice(0, -BASE64.length) : written;
    if (!LABEL_NAME.test(label) || label.startsWith('__')) {
      throw new GroupPathError(`improper label name "${label}"`);
    }
    labels.set(label, isEncoded ? decodeValue(`value of label "${label}"`, value) : value);
  }
  labels.set('job', job);
  return Object.fromEntries(labels);
}
