import type { Evidence } from './evidence';
import { type Labels, relabelled, type ScrapeConfig } from './relabel';

/** What a scrape configuration does, and the labels of a target that it has. */
interface Scrape {
  /** Undefined where it cannot be read. */
  readonly config: ScrapeConfig | undefined;
  /** Rules may read them: a series without them would be another one. */
  readonly target: Labels;
}

/** One scrape for each configuration of the job's targets. */
export function scrapesOf({ targets, scrape, app }: Evidence, job: string): readonly Scrape[] {
  const all = targets.filter(({ labels }) => labels['job'] === job);
  const own = all.filter(({ labels }) => labels['app'] === app);
  const byPool = Map.groupBy(own.length > 0 ? own : all, ({ scrapePool }) => scrapePool);
  return [...byPool].map(([pool, [first]]) => ({ config: scrape?.get(pool), target: first?.labels ?? {} }));
}

/**
 * Names of those series that a scrape of the job drops or renames, as far as its configuration tells.
 * @param series with the labels of their own; those of the target are added
 */
export function lostOf(evidence: Evidence, job: string, series: readonly Labels[]): readonly string[] {
  const scrapes = scrapesOf(evidence, job);
  const names = series.flatMap((one) => {
    const name = one['__name__'] ?? '';
    const lost = scrapes.some(
      ({ config, target }) => config !== undefined && loses(config, { ...target, ...one }),
    );
    return lost ? [name] : [];
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
