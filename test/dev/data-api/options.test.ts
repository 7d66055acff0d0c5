import { describe, expect, it } from '@jest/globals';
import { parseOptions } from '../../../dev/data-api/options';

describe('parseOptions', () => {
  it('serves the embedded database on loopback when nothing is said', () => {
    expect(parseOptions([])).toEqual({
      help: false,
      postgres: undefined,
      host: '127.0.0.1',
      port: 8085,
      pulseSeconds: 60,
      sample: true,
    });
  });

  it('takes everything that can be said', () => {
    const args = ['--host', '::1', '--port', '0', '--pulse', '5', '--no-sample'];
    expect(parseOptions(args)).toMatchObject({ host: '::1', port: 0, pulseSeconds: 5, sample: false });
    expect(parseOptions(['--postgres', 'postgres://u:p@h/d']).postgres).toBe('postgres://u:p@h/d');
  });

  it.each([
    [['--prt', '1'], /--prt/],
    [['extra'], /extra/],
    [['--port'], /--port/],
    [['--port', '65536'], /--port is "65536": give a whole number from 0 to 65535/],
    [['--pulse', '1.5'], /--pulse is "1.5"/],
    [['--postgres', 'mysql://root@h/d'], /--postgres is not an address/],
    [['--postgres', 'postgres://h/d', '--pulse', '5'], /leave it out with --postgres/],
  ])('refuses %j in a sentence', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });

  it('names all problems at once, and no password', () => {
    const run = () => parseOptions(['--port', 'x', '--pulse', 'y', '--postgres', 'u:hunter2@h/d']);
    expect(run).toThrow(expect.objectContaining({ problems: expect.arrayContaining([expect.any(String)]) }));
    expect(run).toThrow(/--postgres.*\n.*--pulse.*\n.*--port.*\n.*--pulse/);
    expect(run).not.toThrow(/hunter2/);
  });
});
