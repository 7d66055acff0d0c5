import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { dashboardFiles, rows } from '../../../monitoring/dashboard/dashboard';
import { withPanels } from '../../../monitoring/dashboard/page';
import { settings } from '../../../monitoring/settings';
import { createBudget } from '../../../src/jobs/budget';
import { files } from './files';

const contentOf = (path: string) => files.find(([name]) => name === path)?.[1] ?? '';

describe('what is generated for Grafana', () => {
  it.each(files)('%s is what the definitions say: run "npm run generate"', (path, content) => {
    expect(readFileSync(path, 'utf8')).toBe(content);
  });

  it('is the same each time', () => {
    expect(dashboardFiles((path) => readFileSync(path, 'utf8'))).toEqual(files);
  });

  it('includes a data source that knows the scrape interval', () => {
    const datasource = contentOf('deploy/grafana/provisioning/datasources/reviewmaps.yml');
    expect(datasource).toContain(`timeInterval: ${settings.scrapeIntervalSeconds}s\n`);
  });
});

it('the line of the runs is the time that a deployed run has for its work', () => {
  const [, timeout] = /^ {2}timeout: (\d+)$/m.exec(readFileSync('serverless.yml', 'utf8')) ?? [];
  const budget = createBudget(Number(timeout) * 1_000);
  budget.dispose();
  const runs = rows.flatMap(({ panels }) => panels).find(({ title }) => title.en === 'Job duration');
  expect(runs?.thresholds?.steps.map(({ from }) => from)).toEqual([budget.workMs / 1_000]);
});

describe.each(['docs/dashboard.md', 'docs/dashboard.ko.md'])('%s', (path) => {
  const page = contentOf(path);

  it('lists every panel once, with links to pages that exist', () => {
    const titles = rows.flatMap(({ panels }) =>
      panels.map(({ title }) => title[path.endsWith('.ko.md') ? 'ko' : 'en']),
    );
    const listed = [...page.matchAll(/^\| ([^|]+) \|/gm)].map(([, first = '']) => first);
    for (const title of titles) expect(listed.filter((one) => one === title)).toHaveLength(1);
    const links = [...page.matchAll(/\]\((runbooks\/\w+\.md)\)/g)].map(([, link = '']) => `docs/${link}`);
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter((link) => !existsSync(link))).toEqual([]);
  });

  it('names the files that there are', () => {
    const named = [...page.matchAll(/`(deploy\/[\w./-]+)`/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !existsSync(name))).toEqual([]);
  });
});

describe('withPanels', () => {
  const marks = ['<!-- panels: written by "npm run generate" -->', '<!-- end of panels -->'] as const;

  it('replaces what is between the marks, and nothing else', () => {
    const once = withPanels(`a\n${marks[0]}\nthe list of before\n${marks[1]}\nb\n`, rows, 'en');
    expect(once).toMatch(/^a\n<!--.*-->\nb\n$/s);
    expect(once).not.toContain('the list of before');
    expect(withPanels(once, rows, 'en')).toBe(once);
  });

  it('refuses a page without them', () => {
    expect(() => withPanels('a', rows, 'en')).toThrow('the page has no');
  });
});
