import type { Evidence } from './evidence';
import { type Labels, relabelled, type ScrapeConfig } from './relabel';

/** The scrape configuration of each of the job's targets; undefined for one that cannot be read. */
export function configurationsOf(
  { targets, scrape, app }: Evidence,
  job: string,
): readonly (ScrapeConfig | undefined)[] {
  const all = targets.filter(({ labels }) => labels['job'] === job);
  const own = all.filter(({ labels }) => labels['app'] === app);
  const pools = new Set((own.length > 0 ? own : all).map(({ scrapePool }) => scrapePool));
  return [...pools].map((pool) => scrape?.get(pool));
}

/** Names of those series that a scrape of the job drops or renames, as far as its configuration tells. */
export function lostOf(evidence: Evidence, job: string, series: readonly Labels[]): readonly string[] {
  const configurations = configurationsOf(evidence, job);
  const names = series.flatMap((one) => {
    const name = one['__name__'] ?? '';
    return configurations.some((config) => config !== undefined && loses(config, one)) ? [name] : [];
  });
  return [...new Set(names)];
}

function loses(config: ScrapeConfig, series: Labels): boolean {
  try {
    return relabelled(series, config)?.['__name__'] !== series['__name__'];
  } catch {
    // A pattern that only RE2 knows.
    return false;
  }
}
