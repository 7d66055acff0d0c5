import { describe, expect, it } from '@jest/globals';
import { findPlaceholders } from '../../../dev/data-api/placeholders';

const names = (sql: string) => findPlaceholders(sql).map(({ name }) => name);

describe('findPlaceholders', () => {
  it.each([
    ['SELECT :a, :b_2', ['a', 'b_2']],
    ['SELECT :a::uuid', ['a']],
    ['SELECT x::text, y::varchar(10)', []],
    ["SELECT ':no', :yes", ['yes']],
    ["SELECT 'it''s :no', :yes", ['yes']],
    ["SELECT 'back\\', :yes", ['yes']],
    ["SELECT E'quote\\' :no', :yes", ['yes']],
    ["SELECT e'two\\\\', :yes", ['yes']],
    ["SELECT type'\\', :yes", ['yes']],
    ['SELECT "a:no", :yes', ['yes']],
    ['SELECT "a"":no", :yes', ['yes']],
    ['SELECT 1 -- :no\n, :yes', ['yes']],
    ['SELECT /* :no /* :no */ :no */ :yes', ['yes']],
    ['SELECT 1 /* :no', []],
    ["SELECT 'open :no", []],
    ['DO $$ BEGIN PERFORM :yes; END $$', ['yes']],
    ['DO $body$ :yes $body$', ['yes']],
    ['SELECT a[1:2], :_x', ['_x']],
    ['SELECT x := 1, :1', []],
    ['SELECT :a||:a', ['a', 'a']],
    [':한', []],
    ['', []],
  ])('finds in %j the names %j', (sql, expected) => {
    expect(names(sql)).toEqual(expected);
  });

  it('gives the positions of what is to be replaced', () => {
    expect(findPlaceholders("SELECT '😀', :name")).toEqual([{ name: 'name', start: 13, end: 18 }]);
  });

  it('takes a long statement in one pass', () => {
    const sql = `SELECT ${"'text', :p, ".repeat(50_000)}1`;
    expect(findPlaceholders(sql)).toHaveLength(50_000);
  });
});
