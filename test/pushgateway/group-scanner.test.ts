import { describe, expect, it } from '@jest/globals';
import { GroupScanner, type RawGroup } from '../../src/pushgateway/group-scanner';

function scan(text: string, { largestGroup = 1_000, chunk = text.length } = {}): RawGroup[] {
  const groups: RawGroup[] = [];
  const scanner = new GroupScanner({ largestGroup, onGroup: (group) => groups.push(group) });
  const bytes = Buffer.from(text, 'utf8');
  for (let at = 0; at < bytes.length; at += chunk) scanner.push(bytes.subarray(at, at + chunk));
  scanner.end();
  return groups;
}

const STAMP = { type: 'GAUGE', metrics: [{ labels: { job: 'a' }, value: '1' }] };
const TRICKY = {
  labels: { job: 'a{"[,:\\', run: '서울' },
  nested: { list: [{ a: [] }, {}], text: 'x"},{' },
  'na"me': 1,
  push_time_seconds: STAMP,
};
const ANSWER = JSON.stringify({ status: 'success', data: [TRICKY, {}, { labels: {} }] });

describe('GroupScanner', () => {
  it.each([1, 2, 3, 7, 64, 10_000])(
    'gives each group with its members as they are, in chunks of %d bytes',
    (chunk) => {
      const groups = scan(ANSWER, { chunk });
      expect(groups).toHaveLength(3);
      const members = Object.fromEntries(
        [...(groups[0]?.members ?? [])].map(([name, text]) => [name, JSON.parse(text)]),
      );
      expect(members).toEqual({
        labels: TRICKY.labels,
        nested: TRICKY.nested,
        'na\\"me': 1,
        push_time_seconds: STAMP,
      });
      expect(groups[1]).toEqual({ members: new Map(), bytes: 0, oversized: false });
    },
  );

  it('reads an answer without groups, with blanks and with other members', () => {
    expect(scan('{ "status" : "success", "data" : [ ] , "more": [{"a": 1}] }')).toEqual([]);
  });

  it('keeps of an oversized group what says which it is, wherever that stands', () => {
    const big = {
      aaa: 'x'.repeat(5_000),
      labels: { job: 'a' },
      push_time_seconds: STAMP,
      zzz: 'y'.repeat(100),
    };
    const [group, next] = scan(JSON.stringify({ status: 'success', data: [big, { labels: { job: 'b' } }] }), {
      chunk: 100,
    });
    expect(group?.oversized).toBe(true);
    expect(group?.bytes).toBeGreaterThan(5_000);
    expect([...(group?.members.keys() ?? [])].sort()).toEqual(['labels', 'push_time_seconds']);
    expect(next?.members.get('labels')).toBe('{"job":"b"}');
  });

  it('drops what was kept when a group turns out to be oversized by many small members', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`m${index}`, 'x'.repeat(50)]));
    const [group] = scan(JSON.stringify({ data: [{ ...many, labels: {} }] }));
    expect(group).toMatchObject({ oversized: true, members: new Map([['labels', '{}']]) });
  });

  it.each([
    ['{"status":"success","data":[{"labels":{}}', 'it breaks off'],
    ['', 'it has no list "data"'],
    ['{"status":"success"}', 'it has no list "data"'],
    ['{"data":{"a":1}}', '"data" is no list'],
    ['[1]', 'it is no object'],
    ['<html>', 'it has no list "data"'],
    ['{"data":[]}}', 'it closes more than it opens'],
  ])('refuses %s', (text, sentence) => {
    expect(() => scan(text)).toThrow(sentence);
  });
});
