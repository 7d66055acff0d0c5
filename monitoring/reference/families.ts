import { isMetric, type MetricName } from '../../src/metrics/catalog';
import type { Explanations } from './definition';
import { campaigns } from './families/campaigns';
import { database } from './families/database';
import { fold } from './families/fold';
import { jobs } from './families/jobs';
import { naver } from './families/naver';
import { probes } from './families/probes';
import { scrapers } from './families/scrapers';
import { tables } from './families/tables';

/** Without one of the catalog's metrics this does not compile. */
export const explanations: Explanations = {
  ...campaigns,
  ...tables,
  ...naver,
  ...scrapers,
  ...fold,
  ...probes,
  ...jobs,
  ...database,
};

export interface Family {
  /** Name of the page's generated part. */
  readonly part: string;
  /** The heading above the part. */
  readonly title: string;
  readonly metrics: readonly MetricName[];
}

function family(part: string, title: string, members: Partial<Explanations>): Family {
  return { part, title, metrics: Object.keys(members).filter(isMetric) };
}

/** In the order of the page: what the product is about first, what makes the numbers trustworthy after it. */
export const families: readonly Family[] = [
  family('campaigns', 'Campaigns', campaigns),
  family('tables', 'Tables and cleanup', tables),
  family('naver', 'Naver API, enrichment, exceptions', naver),
  family('scrapers', 'Scraper runs', scrapers),
  family('fold', 'Fold', fold),
  family('probes', 'Services and probes', probes),
  family('jobs', 'Jobs and the pipeline', jobs),
  family('database', 'Database server', database),
];
