import { describe, expect, it } from '@jest/globals';
import { parseGroupPath } from '../../dev/gateway/group-path';
import { describeKey, groupPath } from '../../src/pushgateway/grouping';

describe('groupPath', () => {
  it('writes the job first and the other labels by name', () => {
    expect(groupPath({ zone: 'b', job: 'collect', app: 'shop' })).toBe(
      '/metrics/job/collect/app/shop/zone/b',
    );
    expect(groupPath({ app: 'shop', zone: 'b', job: 'collect' })).toBe(
      '/metrics/job/collect/app/shop/zone/b',
    );
  });

  it.each([
    ['', '/metrics/job/j/l@base64/='],
    ['a/b', '/metrics/job/j/l@base64/YS9i'],
    ['서울', '/metrics/job/j/l@base64/7ISc7Jq4'],
    ['>>>???', '/metrics/job/j/l@base64/Pj4-Pz8_'],
    ['a b', '/metrics/job/j/l@base64/YSBi'],
    ['.', '/metrics/job/j/l@base64/Lg'],
    ['..', '/metrics/job/j/l@base64/Li4'],
    ['A-z_0.9~', '/metrics/job/j/l/A-z_0.9~'],
  ])('writes the value %p so that a path holds it', (value, path) => {
    expect(groupPath({ job: 'j', l: value })).toBe(path);
    expect(parseGroupPath(path)).toEqual({ job: 'j', l: value });
  });

  it('encodes a job in the same way', () => {
    expect(groupPath({ job: 'a/b' })).toBe('/metrics/job@base64/YS9i');
  });
});

describe('describeKey', () => {
  it('quotes values, so that an odd one is seen', () => {
    expect(describeKey({ app: 'a b', job: 'j' })).toBe('job="j" app="a b"');
  });
});
