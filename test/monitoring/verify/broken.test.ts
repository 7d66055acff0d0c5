import { describe, expect, it } from '@jest/globals';
import { SCRAPE_JOBS } from '../../../monitoring/settings';
import { contractSection } from '../../../monitoring/verify/contract';
import { djangoSection } from '../../../monitoring/verify/django';
import type { Evidence } from '../../../monitoring/verify/evidence';
import { jobSection } from '../../../monitoring/verify/jobs';
import { relabellingSection } from '../../../monitoring/verify/relabelling';
import { countsOf } from '../../../monitoring/verify/report';
import { ruleSections } from '../../../monitoring/verify/rules';
import { targetSection } from '../../../monitoring/verify/targets';
import { whyEmpty } from '../../../monitoring/verify/verdicts';
import { GROUP_JOBS } from '../../../src/jobs/job';
import { groups, healthy, jobWith, stubPrometheus, without } from './healthy';

/** What is not looked at is skipped because of something: that must be said to be wrong, or all seems well. */

const jobs = (['collect', 'probe', 'fold'] as const).map((job) => [job, GROUP_JOBS[job]] as const);

const silent = without(healthy, () => true);

function health(job: string, state: string): Evidence {
  return {
    ...without(
      healthy,
      (one) => one.job === job || (job === 'pushgateway' && one.job.startsWith('reviewmaps-')),
    ),
    targets: healthy.targets.map((one) => (one.labels['job'] === job ? { ...one, health: state } : one)),
    ...(job === 'pushgateway' ? { jobs: noPush.jobs } : {}),
  };
}

const noPush = jobs.reduce(
  (evidence, [job]) => jobWith(evidence, job, { pushAge: undefined }),
  without(healthy, ({ job }) => job.startsWith('reviewmaps-')),
);

const broken: readonly (readonly [string, Evidence])[] = [
  ...Object.values(SCRAPE_JOBS).flatMap((job) => [
    [`the target ${job} is down`, health(job, 'down')] as const,
    [`the target ${job} was not scraped yet`, health(job, 'unknown')] as const,
    [
      `there is no target ${job}`,
      { ...health(job, 'down'), targets: healthy.targets.filter(({ labels }) => labels['job'] !== job) },
    ] as const,
  ]),
  ...jobs.flatMap(([job, group]) => [
    [
      `${job} never pushed`,
      jobWith(
        without(healthy, (one) => one.job === group),
        job,
        { pushAge: undefined },
      ),
    ] as const,
    [`${job} is dead`, jobWith(healthy, job, { pushAge: 4_000 })] as const,
  ]),
  ['nothing pushes', noPush],
  ['nothing is stored', { ...silent, jobs: noPush.jobs }],
  ['nothing is scraped', { ...silent, jobs: noPush.jobs, targets: [] }],
  ['no rule is loaded', { ...without(healthy, ({ name }) => name.includes(':')), rules: [] }],
  ['no rule is shown', { ...without(healthy, ({ name }) => name.includes(':')), rules: undefined }],
  [
    'pushed labels were moved aside',
    {
      ...healthy,
      jobs: noPush.jobs,
      stock: healthy.stock.map((one) =>
        one.job.startsWith('reviewmaps-') ? { ...one, job: 'pushgateway', exportedJob: one.job } : one,
      ),
    },
  ],
  ['everything is of another application', { ...healthy, jobs: noPush.jobs, app: 'another' }],
];

describe('a broken installation', () => {
  it.each(broken)('has something that is wrong, and not only what is skipped: %s', async (_, evidence) => {
    const contract = contractSection(evidence);
    const why = whyEmpty(evidence, contract, groups);
    const sections = [
      targetSection(evidence),
      relabellingSection(evidence),
      jobSection(evidence),
      contract,
      djangoSection(evidence),
      ...(await ruleSections(evidence, groups, stubPrometheus(), why)),
    ];
    expect(countsOf(sections).fail).toBeGreaterThan(0);
  });
});
