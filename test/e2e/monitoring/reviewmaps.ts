import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSample } from '../../../dev/sample/load';
import type { Run } from '../../../dev/sample/store';
import { migrate } from '../../../src/ledger/migrate';
import type { JobName } from '../../../src/metrics/catalog';
import { makeCertificate } from '../../probes/certificates';
import { type RunningPushgateway, startPushgateway } from '../../servers/pushgateway';
import { startStack } from '../../servers/stack';
import { asApplication } from '../reviewmaps';
import { Passage } from '../runs/passage';
import { python } from '../runs/python';
import { environment } from '../servers';
import { Front } from './front';
import { Functions, ScheduledFunction } from './functions';
import { Life } from './life';
import { MINUTE_MS } from './pace';
import { Scrapers } from './scrapers';
import { Site } from './site';
import type { Started } from './started';
import { Traffic } from './traffic';

/** What differs from reviewmaps.config.ts: no probe may take longer than its run, and two tables are cleaned up. */
const USER_CONFIG = {
  cleanup: [
    { source: 'statistics', table: 'campaign' },
    { source: 'runs', table: 'reviews' },
  ],
  services: {
    django: [
      {
        kind: 'http',
        urlFrom: 'DJANGO_HEALTH_URL',
        json: { field: 'status', equals: 'healthy' },
        timeout: '1s',
      },
    ],
    scraper: [{ kind: 'freshness', table: 'campaign', column: 'created_at', maxAge: '26h', timeout: '1s' }],
    database: [{ kind: 'database', timeout: '1s' }],
  },
};

/** A minute between two runs. What a run does is not faster than in production, so it may take longer than that. */
const SCHEDULE = { everyMs: MINUTE_MS, limitMs: 4_000 };
const SAMPLE = { campaigns: 1_000, reviews: 1_000 };
/** Milliseconds. The first runs find nothing compiled and nothing cached. */
const START_LIMIT_MS = 60_000;
/** Far beyond the notice of two weeks that the alert gives. */
const CERTIFICATE_DAYS = 90;

const FURTHER_RELEASES = readFileSync(join(__dirname, 'requirements.txt'), 'utf8')
  .split('\n')
  .filter((line) => /^\w/.test(line));

/**
 * ReviewMaps at work: its database, Django with visitors behind a front that speaks TLS, the scheduled functions, and
 * the gateway that these push to; scrapers, which are still to be started. Resolves when each function has done its
 * work once.
 */
export async function startReviewMaps(started: Started) {
  const program = python('monitoring', FURTHER_RELEASES);
  const folder = await started.begin(mkdtemp(join(tmpdir(), 'monitored-')), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  const [functions, stack] = await Promise.all([
    started.begin(Functions.bundle(USER_CONFIG), (one) => one.remove()),
    started.begin(startStack(), (one) => one.stop()),
  ]);
  const gateway = await started.begin(Gateway.start(join(folder, 'groups')), (one) => one.stop());

  const run: Run = async (sql, text) =>
    asApplication(stack.postgres.url, sql, text === undefined ? [] : [text]);
  await loadSample(run, SAMPLE);
  await migrate(stack.database, AbortSignal.timeout(START_LIMIT_MS));

  const site = new Site(program, stack.postgres.port);
  await started.begin(site.start(), () => site.stop());
  const certificate = makeCertificate('IP:127.0.0.1', CERTIFICATE_DAYS);
  const authority = join(folder, 'authority.pem');
  await writeFile(authority, certificate.cert);
  const front = await started.begin(Front.open(site.url, certificate), (one) => one.close());

  const passage = await started.begin(Passage.to(stack.endpoint), (one) => one.close());
  const scheduled = (job: JobName, dataApi: string): Promise<ScheduledFunction> => {
    const variables = environment({ dataApi, gateway: gateway.url, health: `${front.url}/v1/healthz` });
    const trusting = { ...variables, NODE_EXTRA_CA_CERTS: authority };
    const one = new ScheduledFunction(functions.file(job), trusting, SCHEDULE);
    return started.begin(one, () => one.kill());
  };
  const collect = await scheduled('collect', passage.url);
  const probe = await scheduled('probe', stack.endpoint);
  const fold = await scheduled('fold', stack.endpoint);

  const scrapers = await started.begin(new Scrapers(program, gateway.url), (one) => one.stop());
  await started.begin(new Life(run), (one) => one.stop());
  const traffic = await started.begin(new Traffic(site.url), (one) => one.stop());
  const limit = AbortSignal.timeout(START_LIMIT_MS);
  await Promise.all(
    [collect, probe, fold].map(async (job) => {
      job.start();
      await job.succeeded(limit);
    }),
  );

  return {
    gateway,
    site,
    probe,
    scrapers,
    traffic,
    /** `stop` ends every process of PostgreSQL at once. */
    database: { stop: () => stack.postgres.crash(), start: () => stack.postgres.start() },
    collect: {
      /** Kills it while it counts. Nobody starts it again. */
      kill: async () => {
        const held = await passage.hold('before', ({ body }) => body.includes('campaign'));
        await collect.kill();
        held.drop();
      },
      /** Starts it when the lease of the killed one is over: leases do not end faster than in production. */
      start: async () => {
        await asApplication(
          stack.postgres.url,
          "update reviewmaps_monitoring.lease set expires_at = clock_timestamp() where job = 'collect'",
        );
        collect.start();
      },
    },
  };
}

/** The gateway, which keeps its groups and its port when it is stopped. */
class Gateway {
  private constructor(
    private readonly persistenceFile: string,
    private server: RunningPushgateway,
  ) {}

  static async start(persistenceFile: string): Promise<Gateway> {
    return new Gateway(persistenceFile, await startPushgateway({ persistenceFile }));
  }

  get url(): string {
    return this.server.url;
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }

  async startAgain(): Promise<void> {
    const { persistenceFile } = this;
    this.server = await startPushgateway({ port: this.server.port, persistenceFile });
  }
}
