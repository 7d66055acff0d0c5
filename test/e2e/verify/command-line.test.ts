import { describe, expect, jest, test } from '@jest/globals';
import { expectSentences, PASSWORD, verify } from './report';

jest.setTimeout(60_000);

describe('npm run verify, its command line', () => {
  test.each(['--help', '-h'])('%s tells its options, exit codes and credentials', async (option) => {
    const { code, stdout, stderr } = await verify([option]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const told of ['--prometheus URL', '--grafana URL', 'Exit code', 'PROMETHEUS_TOKEN'])
      expect(stdout).toContain(told);
    expectSentences(stdout);
  });

  test.each([
    [
      'an option that is not known',
      ['--prometheus', 'http://x', '--grafan', 'y'],
      {},
      ["Unknown option '--grafan'"],
    ],
    [
      'an address in the wrong place',
      [`https://ops:${PASSWORD}@x/`],
      {},
      ["Unexpected argument 'https://***@x/'"],
    ],
    [
      'nothing',
      [],
      {},
      ['--prometheus is missing: set it to the address of Prometheus, such as http://127.0.0.1:9090'],
    ],
    [
      'an option twice',
      ['--prometheus', 'http://x', '--prometheus', 'http://y'],
      {},
      ['--prometheus is given twice: give it once'],
    ],
    [
      'an option in the place of a value',
      ['--prometheus', '-x'],
      {},
      ["Option '--prometheus' argument is ambiguous; usage:"],
    ],
    [
      'a token that no header can carry',
      ['--prometheus', 'http://127.0.0.1:9'],
      { PROMETHEUS_TOKEN: `${PASSWORD}\n토큰` },
      ['PROMETHEUS_TOKEN has blanks or characters that a header cannot carry: set it to the token alone'],
    ],
    [
      'everything wrong at once',
      [
        ...['--prometheus', `https://ops:${encodeURIComponent(PASSWORD)}@x/graph?g0.expr=up`, '--app', ''],
        ...['--pushgateway', 'y:9091', '--django', '127.0.0.1', '--grafana', 'http://z'],
      ],
      {
        PROMETHEUS_USERNAME: 'ops',
        PROMETHEUS_PASSWORD: PASSWORD,
        PROMETHEUS_TOKEN: 'token-that-nobody-may-see',
        GRAFANA_USERNAME: 'ops',
      },
      [
        '--prometheus has credentials in it',
        '--prometheus has a "?" part',
        'PROMETHEUS_USERNAME with PROMETHEUS_PASSWORD, and PROMETHEUS_TOKEN exclude each other',
        '--pushgateway has the scheme "y": use http or https',
        '--django is not a URL',
        'GRAFANA_PASSWORD is missing: GRAFANA_USERNAME is set, and needs it',
        '--app is empty',
      ],
    ],
  ])('%s is refused before anything is asked: exit 2', async (_, args, variables, sentences) => {
    const { code, stdout, stderr } = await verify(args, variables);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    for (const sentence of sentences) expect(stderr).toContain(sentence);
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), 'token-that-nobody-may-see']) {
      expect(stderr).not.toContain(secret);
    }
    expectSentences(stderr);
  });
});
