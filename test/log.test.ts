import { describe, expect, it } from '@jest/globals';
import { QueryError } from '../src/errors';
import { createLog, errorFields, type LogLevel } from '../src/log';

function capture(level: LogLevel = 'info', secrets: readonly string[] = []) {
  const lines: string[] = [];
  const log = createLog({ level, now: () => 0, write: (line) => lines.push(line), secrets: () => secrets });
  return { log, lines };
}

describe('createLog', () => {
  it('writes one JSON object a line, with what it was given for good and for now', () => {
    const { log, lines } = capture();
    log.with({ job: 'collect' }).info('pushed', { series: 3, note: 'two\nlines' });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('\n');
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      level: 'info',
      event: 'pushed',
      job: 'collect',
      series: 3,
      note: 'two\nlines',
    });
  });

  it('leaves out what is below its level', () => {
    const { log, lines } = capture('warn');
    log.debug('a');
    log.info('b');
    log.warn('c');
    log.error('d');
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(['c', 'd']);
  });

  it.each([
    ['postgres://admin:hunter2@db:5432/x failed', 'postgres://***@db:5432/x failed'],
    ['https://user@host/ and http://a:b@c', 'https://***@host/ and http://***@c'],
    ['mail someone@example.org', 'mail someone@example.org'],
    ['postgres://u:p@ss/w@rd@host/db failed', 'postgres://***@host/db failed'],
  ])('takes the credentials out of addresses in %s', (message, safe) => {
    const { log, lines } = capture();
    log.error('failed', { message, causes: [message] });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ message: safe, causes: [safe] });
  });

  it('takes no longer for a long message', () => {
    const { log } = capture();
    const start = performance.now();
    log.error('failed', { message: 'a'.repeat(200_000) });
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it('takes known secrets out, wherever they are', () => {
    const { log, lines } = capture('info', ['hunter2', '']);
    log.error('failed', { message: 'sent hunter2', causes: ['hunter2!'] });
    expect(lines[0]).not.toContain('hunter2');
  });
});

describe('errorFields', () => {
  it('says name, message, SQLSTATE and the chain of causes', () => {
    const error = new QueryError('no', {
      sqlState: '42P01',
      cause: new Error('first', { cause: 'the root' }),
    });
    expect(errorFields(error)).toEqual({
      error: 'QueryError',
      message: 'no',
      sqlState: '42P01',
      causes: ['Error: first', 'the root'],
    });
  });

  it('says what can be said of something that is no error', () => {
    expect(errorFields('text')).toEqual({ error: 'unknown', message: 'text' });
  });
});
