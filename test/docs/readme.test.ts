import { describe, expect, it } from '@jest/globals';
import { scripts as packageScripts } from '../../package.json';
import { userConfig } from '../../src/config/schema';
import { catalog, DEFAULT_LABEL_LIMITS, definitionOf, RUN_METRICS } from '../../src/metrics/catalog';
import { brokenLinks, difference, unknownScripts, unprintable } from './checks';
import { keysOf } from './keys';
import { commandsOf, firstColumn, parsePage } from './markdown';
import {
  deploymentParameters,
  environmentVariables,
  pagePaths,
  readText,
  sourceText,
  translatedPages,
  unionOf,
} from './project';

const scripts = new Set(Object.keys(packageScripts));
const english = parsePage(readText('README.md'));
const korean = parsePage(readText('README.ko.md'));

function sortedByName<T extends { readonly name: string }>(rows: readonly T[]): readonly T[] {
  return [...rows].sort((a, b) => (a.name < b.name ? -1 : 1));
}

describe.each(pagePaths())('%s', (path) => {
  const source = readText(path);

  it('names only scripts and programs that exist', () => {
    expect(unknownScripts(parsePage(source), scripts)).toEqual([]);
  });

  it('has links that lead somewhere', () => {
    expect(brokenLinks(path, source)).toEqual([]);
  });
});

describe.each([
  { name: 'README.md', page: english, variable: 'Variable', key: 'Key', metric: 'Metric' },
  { name: 'README.ko.md', page: korean, variable: '변수', key: '키', metric: '메트릭' },
])('the tables of $name', ({ page, variable, key, metric }) => {
  it('have exactly the variables that are read', () => {
    expect(difference(firstColumn(page, variable), environmentVariables())).toEqual([]);
  });

  it('have exactly the keys of reviewmaps.config.ts', () => {
    expect(difference(firstColumn(page, key), keysOf(userConfig))).toEqual([]);
  });

  it('have the default of every label limit', () => {
    const table = page.tables.find(([head]) => head?.[0] === key) ?? [];
    const written = table.flatMap(([name = '', value = '']) =>
      name.startsWith('`labelLimits.') ? [[name.slice(13, -1), Number(value.replaceAll('`', ''))]] : [],
    );
    expect(Object.fromEntries(written)).toEqual(DEFAULT_LABEL_LIMITS);
  });

  it('have exactly the metrics of the catalog', () => {
    expect(difference(firstColumn(page, metric), Object.keys(catalog))).toEqual([]);
  });

  it("give each metric's type, labels and jobs as the catalog has them", () => {
    const table = page.tables.find(([head]) => head?.[0] === metric) ?? [];
    const written = table.slice(1).map((row) => row.slice(0, 4).join(' | '));
    const real = Object.entries(catalog).map(([name, { type, labels, jobs }]) =>
      [`\`${name}\``, type, labels.join(', ') || '–', jobs.join(', ')].join(' | '),
    );
    expect(difference(written, real)).toEqual([]);
  });
});

describe.each(translatedPages())('$english and $korean', (paths) => {
  const [en, ko] = [parsePage(readText(paths.english)), parsePage(readText(paths.korean))];

  it('have the same sections', () => {
    expect(ko.headings.map(({ level }) => level)).toEqual(en.headings.map(({ level }) => level));
  });

  it('have the same commands and outputs', () => {
    const shown = ({ language }: { language: string }) => language !== 'mermaid';
    expect(ko.blocks.filter(shown)).toEqual(en.blocks.filter(shown));
  });

  it('have the same tables, row by row', () => {
    const shape = (page: typeof en) => page.tables.map((rows) => rows.map((row) => row.length));
    expect(shape(ko)).toEqual(shape(en));
  });

  it('have the same names in backticks in the first column of each table', () => {
    const names = (page: typeof en) =>
      page.tables.map((rows) => rows.map(([cell = '']) => /^`([^`]+)`$/.exec(cell)?.[1]));
    expect(names(ko)).toEqual(names(en));
  });
});

describe.each([
  { path: 'docs/scraper-runs.md', metric: 'Metric', reason: 'Reason', group: "Group's reason" },
  { path: 'docs/scraper-runs.ko.md', metric: '메트릭', reason: '이유', group: '그룹의 이유' },
])('$path', ({ path, metric, reason, group }) => {
  const page = parsePage(readText(path));

  it('has every reason why a series is rejected', () => {
    const reasons = [...unionOf('src/fold/run-push.ts', 'SeriesReason'), 'went_back'];
    expect(reasons.length).toBeGreaterThan(1);
    expect(difference(firstColumn(page, reason), reasons)).toEqual([]);
  });

  it('has every reason why a group is removed, or its push not counted', () => {
    const reasons = [...unionOf('src/fold/run-push.ts', 'GroupReason'), 'replayed', 'push_refused'];
    expect(reasons.length).toBeGreaterThan(1);
    expect(difference(firstColumn(page, group), reasons)).toEqual([]);
  });

  it('has exactly the metrics that a run may push, with their type, labels and bounds', () => {
    const table = page.tables.find(([head]) => head?.[0] === metric) ?? [];
    const written = table.slice(1).map(([name = '', type = '', labels = '', bounds = '']) => ({
      name: name.replaceAll('`', ''),
      type,
      // What stands in brackets are the values of the label.
      labels: [...labels.replaceAll(/\([^)]*\)/g, '').matchAll(/`(\w+)`/g)].map(([, label]) => label),
      bounds,
    }));
    const real = RUN_METRICS.map((name) => {
      const { type, labels, buckets = [] } = definitionOf(name);
      return { name, type, labels: [...labels], bounds: buckets.join(', ') };
    });
    expect(sortedByName(written)).toEqual(sortedByName(real));
  });
});

it('the reasons that only the ledger gives are those that it counts', () => {
  const ledger = ['002-runs', '003-findings'].map((name) => readText(`src/ledger/migrations/${name}.ts`));
  for (const reason of ['went_back', 'replayed', 'push_refused'])
    expect(ledger.join('\n')).toContain(`'${reason}'`);
});

it('.env.example has exactly the variables that are read, and no secret', () => {
  const lines = readText('.env.example').split('\n');
  const names = lines.flatMap((line) => /^#?([A-Z][A-Z0-9_]*)=/.exec(line)?.[1] ?? []);
  expect(difference(names, environmentVariables())).toEqual([]);
  const secrets = lines.filter((line) => /^#?[A-Z_]*(PASSWORD|TOKEN)=/.test(line));
  const written = secrets.filter((line) => !line.endsWith('='));
  expect({ secrets: secrets.length > 0, written }).toEqual({ secrets: true, written: [] });
});

it('the first commands are "npm ci" with "npm start" and with "npm test"', () => {
  expect(commandsOf(english).slice(0, 2)).toEqual(['npm ci && npm start', 'npm ci && npm test']);
});

it('docs/deployment.md has exactly the parameters of serverless.yml', () => {
  const page = parsePage(readText('docs/deployment.md'));
  expect(difference(firstColumn(page, 'Parameter'), deploymentParameters())).toEqual([]);
});

describe('docs/operations.md', () => {
  const page = parsePage(readText('docs/operations.md'));

  it('quotes only error sentences and events that a source can print', () => {
    const sources = sourceText();
    const ofPostgres = /^permission denied for /;
    const sentences = [...firstColumn(page, 'Sentence'), ...firstColumn(page, 'Event')].filter(
      (sentence) => !ofPostgres.test(sentence) && sentence.length > 6,
    );
    expect(unprintable(sentences, sources)).toEqual([]);
  });

  it('explains every self metric that can be bad', () => {
    const documented = new Set([...firstColumn(page, 'Metric'), ...firstColumn(page, "Fold's metric")]);
    const self = Object.keys(catalog).filter((name) =>
      /_(job|collector|probe|ledger|label|build|fold|scraper)_/.test(name),
    );
    // The reason of a probe has a table of its own.
    expect(self.filter((name) => !documented.has(name))).toEqual(['reviewmaps_probe_failure_reason']);
  });

  it('explains every reason of a probe', () => {
    const [, list = ''] = /FAILURE_REASONS = \[([^\]]+)\]/.exec(readText('src/probes/probe.ts')) ?? [];
    const reasons = [...list.matchAll(/'(\w+)'/g)].map(([, reason = '']) => reason);
    expect(difference(firstColumn(page, 'Reason'), reasons)).toEqual([]);
  });
});

describe('the checks', () => {
  const page = parsePage(
    [
      '# Title',
      'Run `npm run nothing`, `npm rnu collect`, `npx nowhere` and [this](missing.md), [that](#no-such-heading).',
      '| Name | What |',
      '|---|---|',
      '| `a` | b |',
      '```sh',
      'npm run collect',
      '```',
    ].join('\n'),
  );

  it('find scripts and programs that do not exist', () => {
    expect(unknownScripts(page, scripts)).toEqual(['npm run nothing', 'npm rnu', 'npx nowhere']);
  });

  it('find links that lead nowhere, and accept Korean headings', () => {
    const source =
      '## 두 가지 명령!\n[a](#두-가지-명령) [b](#others) [c](docs/none.md) [d](docs/operations.md#cost)';
    expect(brokenLinks('README.md', source)).toEqual(['#others', 'docs/none.md']);
  });

  it('find what a table lacks, invents or repeats', () => {
    expect(firstColumn(page, 'Name')).toEqual(['a']);
    expect(difference(['a', 'b', 'b'], ['b', 'c'])).toEqual([
      'not documented: c',
      'does not exist: a',
      'twice: b',
    ]);
  });

  it('find sentences that nothing prints', () => {
    expect(unprintable(['the ledger of … is asleep', '…'], 'the ledger of <name> is awake')).toHaveLength(2);
    expect(unprintable(['the ledger of … is awake'], 'the ledger of <name> is awake')).toEqual([]);
  });

  it('walk lists, records, kinds and optional parts of a schema', () => {
    const keys = keysOf(userConfig);
    for (const key of [
      'app',
      'tables.names',
      'cleanup[].id',
      'services.*[].json.field',
      'services.*[].labels',
    ])
      expect(keys).toContain(key);
    expect(keys.filter((key) => key === 'services.*[].timeout')).toHaveLength(1);
  });

  it('see the members of a closed set, and nothing where there is none', () => {
    expect(unionOf('src/fold/run-push.ts', 'GroupReason')).toContain('poison');
    expect(unionOf('src/fold/run-push.ts', 'NoSuchReason')).toEqual([]);
  });

  it('find the pages that exist in both languages', () => {
    expect(translatedPages()).toContainEqual({ english: 'README.md', korean: 'README.ko.md' });
    expect(translatedPages()).toContainEqual({
      english: 'docs/scraper-runs.md',
      korean: 'docs/scraper-runs.ko.md',
    });
  });

  it('see the variables of all places', () => {
    for (const name of [
      'STAGE',
      'PUSHGATEWAY_URL',
      'VPC_SUBNET_IDS',
      'DJANGO_HEALTH_URL',
      'AWS_ENDPOINT_URL_RDS_DATA',
    ])
      expect(environmentVariables()).toContain(name);
  });
});
