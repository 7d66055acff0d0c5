import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startEmbeddedGateway } from '../../dev/gateway/server';
import { systemClock } from '../../src/clock';
import { createGateway } from '../../src/pushgateway/client';
import type { Gateway, GroupingKey, StoredGroup } from '../../src/pushgateway/gateway';
import { findPushgateway, startPushgateway } from '../servers/pushgateway';

/** What both gateways promise, asked through the program's own client, and over plain HTTP where that is refused to do it. */

interface Subject {
  readonly url: string;
  close(): Promise<void>;
}

async function startReal(): Promise<Subject> {
  const { url, stop } = await startPushgateway();
  return { url, close: stop };
}

function request(
  method: string,
  url: string,
  body?: string,
): Promise<{ status: number | undefined; body: string; location: string | undefined }> {
  return new Promise((resolve, reject) => {
    const sent = http.request(url, { method, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.once('end', () =>
        resolve({ status: answer.statusCode, body: text, location: answer.headers.location }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function contract(name: string, start: () => Promise<Subject>): void {
  describe(name, () => {
    let subject: Subject;
    let gateway: Gateway;
    const signal = (): AbortSignal => AbortSignal.timeout(10_000);

    beforeAll(async () => {
      subject = await start();
      gateway = createGateway({
        url: subject.url,
        credentials: async () => ({ kind: 'none' }),
        clock: systemClock,
      });
    });
    afterAll(async () => await subject.close());
    beforeEach(async () => {
      const { groups } = await gateway.read(signal());
      for (const { labels } of groups)
        await gateway.remove({ ...labels, job: labels['job'] ?? '' }, signal());
    });

    const push = async (key: GroupingKey, ...lines: string[]): Promise<void> =>
      await gateway.push(key, lines.map((line) => `${line}\n`).join(''), signal());

    const groups = async (): Promise<readonly StoredGroup[]> => (await gateway.read(signal())).groups;

    const group = async (key: Readonly<Record<string, string>>): Promise<StoredGroup | undefined> =>
      (await groups()).find(({ labels }) => {
        const names = Object.keys(key);
        return (
          Object.keys(labels).length === names.length && names.every((label) => labels[label] === key[label])
        );
      });

    const exposed = async (family: string): Promise<string[]> =>
      (await request('GET', `${subject.url}/metrics`)).body
        .split('\n')
        .filter((line) => new RegExp(`^(# (HELP|TYPE) )?${family}[ {_]`).test(line));

    describe('pushing', () => {
      it('stores values exactly, infinities and NaN included', async () => {
        await push(
          { job: 'values' },
          '# TYPE g gauge',
          'g{k="max-safe"} 9007199254740991',
          'g{k="tenth"} 0.1',
          'g{k="small"} 5e-324',
          'g{k="large"} 1.7976931348623157e308',
          'g{k="negative"} -1234567.5',
          'g{k="nan"} NaN',
          'g{k="inf"} +Inf',
          'g{k="-inf"} -Inf',
        );
        const stored = await group({ job: 'values' });
        expect(
          Object.fromEntries((stored?.families['g'] ?? []).map(({ labels, value }) => [labels['k'], value])),
        ).toEqual({
          'max-safe': 9007199254740991,
          tenth: 0.1,
          small: 5e-324,
          large: 1.7976931348623157e308,
          negative: -1234567.5,
          nan: Number.NaN,
          inf: Number.POSITIVE_INFINITY,
          '-inf': Number.NEGATIVE_INFINITY,
        });
      });

      it('keeps label values with quotes, backslashes, newlines and Korean as they were', async () => {
        await push({ job: 'labels' }, '# TYPE g gauge', 'g{region="서울 \\"강남\\" \\\\ a\\nb"} 1');
        expect((await group({ job: 'labels' }))?.families['g']).toEqual([
          { labels: { job: 'labels', instance: '', region: '서울 "강남" \\ a\nb' }, value: 1 },
        ]);
      });

      it('exposes type, help, the grouping labels and an empty instance', async () => {
        await push(
          { job: 'a', app: 'shop' },
          '# HELP c How \\\\ many.',
          '# TYPE c counter',
          'c{z="1"} 1234567',
        );
        expect(await exposed('c')).toEqual([
          '# HELP c How \\\\ many.',
          '# TYPE c counter',
          'c{app="shop",instance="",job="a",z="1"} 1.234567e+06',
        ]);
      });

      it('lets the grouping labels win over the labels of a series', async () => {
        await push({ job: 'a', app: 'shop' }, 'u{app="other",job="other"} 1');
        expect(await exposed('u')).toEqual(['# TYPE u untyped', 'u{app="shop",instance="",job="a"} 1']);
      });

      it('keeps an instance that is a grouping label or a label of the series', async () => {
        await push({ job: 'a', instance: 'one' }, 'u 1');
        await push({ job: 'b' }, 'u{instance="two"} 2');
        expect(await exposed('u')).toEqual([
          '# TYPE u untyped',
          'u{instance="one",job="a"} 1',
          'u{instance="two",job="b"} 2',
        ]);
      });

      it('rewrites the bounds of a histogram, completes it, and leaves it out of what is read', async () => {
        await push(
          { job: 'h' },
          '# TYPE h histogram',
          'h_bucket{le="0.50"} 1',
          'h_bucket{le="1.0"} 2',
          'h_sum 2.5',
          'h_count 3',
        );
        expect(await exposed('h')).toEqual([
          '# TYPE h histogram',
          'h_bucket{instance="",job="h",le="0.5"} 1',
          'h_bucket{instance="",job="h",le="1"} 2',
          'h_bucket{instance="",job="h",le="+Inf"} 3',
          'h_sum{instance="",job="h"} 2.5',
          'h_count{instance="",job="h"} 3',
        ]);
        expect((await group({ job: 'h' }))?.families['h']).toBeUndefined();
      });

      it('exposes summaries with their quantiles', async () => {
        await push({ job: 's' }, '# TYPE s summary', 's{quantile="0.50"} 7', 's_sum 14', 's_count 2');
        expect(await exposed('s')).toEqual([
          '# TYPE s summary',
          's{instance="",job="s",quantile="0.5"} 7',
          's_sum{instance="",job="s"} 14',
          's_count{instance="",job="s"} 2',
        ]);
      });

      it('replaces the whole group', async () => {
        await push({ job: 'a' }, 'gone 1', 'kept{k="1"} 1', 'kept{k="2"} 1');
        await push({ job: 'b' }, 'gone 1');
        await push({ job: 'a' }, 'kept{k="1"} 2');
        const stored = await group({ job: 'a' });
        expect(Object.keys(stored?.families ?? {}).sort()).toEqual([
          'kept',
          'push_failure_time_seconds',
          'push_time_seconds',
        ]);
        expect(stored?.families['kept']).toEqual([{ labels: { job: 'a', instance: '', k: '1' }, value: 2 }]);
        expect((await group({ job: 'b' }))?.families['gone']).toHaveLength(1);
      });

      it('stores an empty push as a group without families', async () => {
        await push({ job: 'empty' });
        const stored = await group({ job: 'empty' });
        expect(stored?.lastPushSuccessful).toBe(true);
        expect(stored?.pushedAt).toBeGreaterThan(0);
      });

      it('replaces single families with POST', async () => {
        await push({ job: 'a' }, 'x{k="1"} 1', 'x{k="2"} 1', 'y 1');
        const answer = await request('POST', `${subject.url}/metrics/job/a`, 'x{k="3"} 3\n');
        expect(answer.status).toBe(200);
        const stored = await group({ job: 'a' });
        expect(stored?.families['x']?.map(({ labels }) => labels['k'])).toEqual(['3']);
        expect(stored?.families['y']).toHaveLength(1);
      });
    });

    describe('odd grouping values', () => {
      it.each([
        ['the empty value', ''],
        ['a slash', 'a/b'],
        ['only a slash', '/'],
        ['Korean', '서울 강남구'],
        ['a plus', 'a+b'],
        ['a percent sign', '100%41'],
        ['a question mark and a hash', 'a?b#c'],
        ['dots that a path would resolve', '..'],
        ['a newline and a quote', 'a\n"b"'],
        ['what base64 needs its two URL-safe characters for', '\u00ff\u00fe?>~'],
      ])('stores and removes a group with %s', async (_, value) => {
        await push({ job: 'odd', zone: value, app: 'shop' }, 'u 1');
        expect((await group({ job: 'odd', zone: value, app: 'shop' }))?.families['u']).toEqual([
          { labels: { job: 'odd', instance: '', zone: value, app: 'shop' }, value: 1 },
        ]);
        await gateway.remove({ zone: value, app: 'shop', job: 'odd' }, signal());
        // The gateway answers a removal before it has done it.
        for (const limit = signal(); !limit.aborted && (await groups()).length > 0; ) await sleep(20);
        expect(await groups()).toEqual([]);
      });

      it('takes a job with a slash for one job, not for a job and a label', async () => {
        await push({ job: 'a/b/c' }, 'u 1');
        expect((await groups()).map(({ labels }) => labels)).toEqual([{ job: 'a/b/c' }]);
      });
    });

    describe('removing', () => {
      it('takes exactly the group that is named', async () => {
        await push({ job: 'a' }, 'u 1');
        await push({ job: 'a', run: '1' }, 'v 1');
        await gateway.remove({ job: 'a' }, signal());
        for (const limit = signal(); !limit.aborted && (await groups()).length > 1; ) await sleep(20);
        expect((await groups()).map(({ labels }) => labels)).toEqual([{ job: 'a', run: '1' }]);
      });

      it('does not mind a group that is not there', async () => {
        await expect(gateway.remove({ job: 'unknown' }, signal())).resolves.toBeUndefined();
      });
    });

    describe('rejections', () => {
      beforeEach(async () => {
        await push({ job: 'first' }, '# TYPE known gauge', 'known 1', 'crossing{zone="1"} 1');
      });

      it.each([
        ['a timestamp', ['u 1 1700000000000'], 'pushed metrics must not have timestamps'],
        [
          'another type than another group has',
          ['# TYPE known counter', 'known 1'],
          /family known: .*is not a (GAUGE|COUNTER)/,
        ],
        [
          'a series twice',
          ['u{a="1"} 1', 'u{a="1"} 2'],
          'was collected before with the same name and label values',
        ],
        [
          "a clash with the gateway's own metrics",
          ['# TYPE go_goroutines counter', 'go_goroutines 1'],
          'go_goroutines has type COUNTER but should have GAUGE',
        ],
        ['a value that is no number', ['u one'], 'line 1: expected float as value, got "one"'],
        ['a hexadecimal value', ['u 0x10'], 'got "0x10"'],
        ['a name that is none', ['ok 1', '1u 1'], 'line 2: invalid metric name'],
        ['a label without quotes', ['u{a=1} 1'], "expected '\"' at start of label value, found '1'"],
        ['a label that does not end', ['u{a="1} 1'], 'contains unescaped new-line'],
        ['a label twice', ['u{a="1",a="2"} 1'], 'duplicate label names for metric "u"'],
        ['an unknown escape', ['u{a="\\q"} 1'], "invalid escape sequence '\\q'"],
        ['an unknown type', ['# TYPE u number', 'u 1'], 'unknown metric type "number"'],
        ['a type after its samples', ['u 1', '# TYPE u gauge'], 'TYPE reported after samples'],
        ['a second help', ['# HELP u a', '# HELP u b', 'u 1'], 'second HELP line for metric name "u"'],
        [
          'a bound that is no number',
          ['# TYPE h histogram', 'h_bucket{le="x"} 1'],
          'for \'le\' label, got "x"',
        ],
        ['carriage returns', ['u 1\r'], 'line 1: expected float as value'],
      ])('refuses %s and says so', async (_, lines, reason) => {
        await expect(push({ job: 'second' }, ...lines)).rejects.toMatchObject({
          name: 'PushError',
          status: 400,
          retryable: false,
          message: reason instanceof RegExp ? expect.stringMatching(reason) : expect.stringContaining(reason),
        });
        expect((await group({ job: 'second' }))?.families['u']).toBeUndefined();
      });

      it('refuses a body without its last newline', async () => {
        await expect(gateway.push({ job: 'a' }, 'u 1', signal())).rejects.toMatchObject({
          status: 400,
          message: expect.stringContaining('unexpected end of input stream'),
        });
      });

      it('refuses a histogram that would expose the name of another family', async () => {
        await push({ job: 'counts' }, '# TYPE h_count gauge', 'h_count 2');
        await expect(push({ job: 'a' }, '# TYPE h histogram', 'h_count 1')).rejects.toMatchObject({
          status: 400,
          message: expect.stringMatching(/because of the family h(_count)?: .*collides/),
        });
      });

      it('refuses a series that another group already has', async () => {
        await expect(push({ job: 'first', zone: '1' }, 'crossing 1')).rejects.toMatchObject({
          status: 400,
          message: expect.stringMatching(/family crossing: .*was collected before/),
        });
      });

      it('keeps what the group had, and marks the failure', async () => {
        await expect(push({ job: 'first' }, 'known 2 1')).rejects.toMatchObject({ status: 400 });
        const stored = await group({ job: 'first' });
        expect(stored?.families['known']?.[0]?.value).toBe(1);
        expect(stored?.lastPushSuccessful).toBe(false);
        await push({ job: 'first' }, 'known 3');
        expect((await group({ job: 'first' }))?.lastPushSuccessful).toBe(true);
      });

      it('makes a group that was never pushed out of an inconsistent first push, and none out of a malformed one', async () => {
        await expect(push({ job: 'new' }, '# TYPE known counter', 'known 1')).rejects.toMatchObject({
          status: 400,
        });
        await expect(push({ job: 'none' }, 'u one')).rejects.toMatchObject({ status: 400 });
        expect(await group({ job: 'new' })).toMatchObject({ pushedAt: 0, lastPushSuccessful: false });
        expect(await group({ job: 'none' })).toBeUndefined();
      });
    });

    describe('reading', () => {
      it('gives the clock of the gateway and the time of each push', async () => {
        const before = Date.now() / 1_000;
        await push({ job: 'a' }, 'u 1');
        const { now, groups: stored } = await gateway.read(signal());
        const pushedAt = stored[0]?.pushedAt ?? 0;
        expect(pushedAt).toBeGreaterThanOrEqual(before - 0.01);
        expect(pushedAt).toBeLessThanOrEqual(Date.now() / 1_000 + 0.01);
        expect(Math.abs(now - before)).toBeLessThan(5);
      });

      it('stays readable when somebody pushes families with the names of its own fields', async () => {
        await push({ job: 'odd', zone: 'z' }, 'labels 3', 'last_push_successful 4', '__proto__ 5');
        const [stored] = await groups();
        expect(stored).toMatchObject({ labels: { job: 'odd', zone: 'z' }, lastPushSuccessful: true });
        expect(Object.keys(stored?.families ?? {})).toEqual(
          expect.arrayContaining(['labels', 'last_push_successful', '__proto__']),
        );
      });

      it('ignores a push time that somebody pushes', async () => {
        await push({ job: 'a' }, '# TYPE push_time_seconds counter', 'push_time_seconds 3');
        expect((await group({ job: 'a' }))?.pushedAt).toBeGreaterThan(1_000_000_000);
      });
    });

    describe('its addresses', () => {
      it.each(['/-/healthy', '/-/ready', '/metrics', '/api/v1/metrics', '/'])(
        'answers GET %s',
        async (path) => {
          expect((await request('GET', `${subject.url}${path}`)).status).toBe(200);
        },
      );

      it.each([
        ['GET', '/metrics/job/a', 405],
        ['PUT', '/elsewhere', 404],
        ['PUT', '/metrics/job/a/b', 400],
        ['PUT', '/metrics/job/a/1b/c', 400],
        ['PUT', '/metrics/job@base64/=', 400],
        ['PUT', '/metrics/job/a/zone@base64/!!', 400],
        ['DELETE', '/metrics/job/unknown', 202],
      ])('answers %s %s with %d', async (method, path, status) => {
        expect((await request(method, `${subject.url}${path}`, '')).status).toBe(status);
      });

      it('redirects an address with an empty part', async () => {
        const { status } = await request('PUT', `${subject.url}/metrics/job/a//b`, '');
        // Built with Go 1.26 and later it says 307.
        expect([301, 307]).toContain(status);
      });

      it('is not taken for a gateway below a path prefix that it does not have', async () => {
        const elsewhere = createGateway({
          url: `${subject.url}/prefix/`,
          credentials: async () => ({ kind: 'none' }),
          clock: systemClock,
        });
        await expect(elsewhere.push({ job: 'a' }, 'u 1\n', signal())).rejects.toMatchObject({
          status: 404,
          message: expect.stringContaining('path prefix'),
        });
      });
    });
  });
}

contract('the embedded gateway', async () => await startEmbeddedGateway({ port: 0, host: '127.0.0.1' }));

if (findPushgateway() === undefined && process.env['CI'] === undefined) {
  describe('the real gateway', () => {
    it.skip('needs prometheus-pushgateway or pushgateway on the PATH', () => undefined);
  });
} else {
  contract('the real gateway', startReal);
}
