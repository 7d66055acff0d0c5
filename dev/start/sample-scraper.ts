import { randomUUID } from 'node:crypto';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { systemClock } from '../../src/clock';
import { messageOf } from '../../src/errors';
import {
  definitionOf,
  type MetricName,
  RUN_COMPLETED,
  RUN_MARKS,
  RUN_STARTED,
} from '../../src/metrics/catalog';
import type { Gateway } from '../../src/pushgateway/gateway';

/** What scraper runs look like to the gateway: each pushes its own group while it works, and once more at its end. */
export interface SampleScraper {
  /** One whole run, as fast as it pushes. */
  runOnce(): Promise<void>;
  /** A run now and then until the signal aborts. */
  keepRunning(signal: AbortSignal): Promise<void>;
}

interface SampleScraperOptions {
  readonly gateway: Gateway;
  /** The grouping label `app` of the local stage. */
  readonly app: string;
  /** Hears how each run ended. */
  readonly onEnd: (sentence: string) => void;
}

const SCRAPER = 'sample';
/** Milliseconds between two pushes of a run, and between two runs. */
const PUSH_EVERY_MS = 5_000;
const PAUSE_MS = 20_000;
const PUSHES = 4;
/** One run in so many fails. */
const FAILS_EVERY = 5;
const LIMIT_MS = 5_000;
const REGIONS = ['서울 강남구', '서울 마포구', '부산 해운대구', '제주 제주시'];
const ENDPOINTS = ['local', 'geocode'];

export function createSampleScraper({ gateway, app, onEnd }: SampleScraperOptions): SampleScraper {
  let runs = 0;

  async function run(pause: () => Promise<void>): Promise<void> {
    runs += 1;
    const process = new SampleProcess(gateway, app);
    for (let push = 1; push < PUSHES; push += 1) {
      process.work();
      await process.push();
      await pause();
    }
    process.work();
    const failed = runs % FAILS_EVERY === 0;
    process.end(failed ? 0 : 1);
    await process.push();
    onEnd(`sample scraper run ${failed ? 'failed' : 'completed'}`);
  }

  return {
    runOnce: () => run(async () => undefined),
    keepRunning: async (signal) => {
      while (!signal.aborted) {
        // A gateway that is away for a while is no reason to end everything else.
        await run(() => systemClock.sleep(PUSH_EVERY_MS, signal)).catch((thrown: unknown) => {
          signal.throwIfAborted();
          onEnd(`sample scraper run could not push: ${messageOf(thrown)}`);
        });
        await systemClock.sleep(PAUSE_MS, signal);
      }
    },
  };
}

function options<M extends MetricName>(name: M, registry: Registry) {
  const { help, labels } = definitionOf(name);
  return { name, help, labelNames: [...labels], registers: [registry] };
}

/** One process of a scraper, with the ordinary client of its language. */
class SampleProcess {
  private readonly registry = new Registry();
  private readonly key: { job: string; run: string; scraper: string; app: string };
  private readonly calls = new Counter(options('reviewmaps_naver_api_calls_total', this.registry));
  private readonly hits = new Counter(options('reviewmaps_naver_api_rate_limit_hits', this.registry));
  private readonly enriched = new Counter(options('reviewmaps_enrichment_total', this.registry));
  private readonly callSeconds = this.histogram('reviewmaps_naver_api_duration_seconds');
  private readonly enrichmentSeconds = this.histogram('reviewmaps_enrichment_duration_seconds');

  constructor(
    private readonly gateway: Gateway,
    app: string,
  ) {
    this.key = { job: 'scraper', run: randomUUID(), scraper: SCRAPER, app };
    this.mark(RUN_STARTED).set(Date.now() / 1_000);
  }

  private histogram(name: MetricName): Histogram {
    return new Histogram({
      ...options(name, this.registry),
      buckets: [...(definitionOf(name).buckets ?? [])],
    });
  }

  private mark(name: keyof typeof RUN_MARKS): Gauge {
    return new Gauge({ name, help: RUN_MARKS[name], registers: [this.registry] });
  }

  /** Enriches a few campaigns of each region, with a call or two each. */
  work(): void {
    for (const scope of REGIONS) {
      const seconds = ENDPOINTS.map((endpoint) => {
        const took = 0.05 + Math.random() ** 3 * 3;
        const limited = Math.random() < 0.02;
        this.calls.inc({ endpoint, status_code: limited ? '429' : '200' });
        if (limited) this.hits.inc();
        this.callSeconds.observe({ endpoint }, took);
        return took;
      });
      this.enriched.inc({ scope, status: Math.random() < 0.05 ? 'failed' : 'success' });
      this.enrichmentSeconds.observe(
        { scope },
        seconds.reduce((sum, took) => sum + took, 0),
      );
    }
  }

  /** @param completed 1 for success, 0 for failure. */
  end(completed: 0 | 1): void {
    this.mark(RUN_COMPLETED).set(completed);
  }

  async push(): Promise<void> {
    await this.gateway.push(this.key, await this.registry.metrics(), AbortSignal.timeout(LIMIT_MS));
  }
}
