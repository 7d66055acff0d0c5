import { SCHEMA } from '../../../dev/sample/schema';
import { prometheusYaml } from '../../../monitoring/rules/prometheus-config';
import { settings } from '../../../monitoring/settings';
import { type RunningPrometheus, startPrometheus } from '../../servers/prometheus';
import { startPushgateway } from '../../servers/pushgateway';
import { startStack } from '../../servers/stack';
import { command } from '../command';
import { Started } from '../monitoring/started';
import { environment } from '../servers';
import { verify } from './report';
import { startSite } from './servers';
import { RULES, WRONG, type Wrong } from './wrong';

/** A fresh deployment: an empty database, each job has run once, one scraper run is waiting for fold. */
export async function startWorld() {
  const started = new Started();
  try {
    return { ...(await deployed(started)), stop: () => started.end() };
  } catch (thrown) {
    await started.end().catch(() => undefined);
    throw thrown;
  }
}

async function deployed(started: Started) {
  const stop = (one: { stop(): Promise<void> }) => one.stop();
  const gateway = await started.begin(startPushgateway(), stop);
  const site = await started.begin(startSite(), stop);
  const start = async ({ configuration, rules = RULES }: Omit<Wrong, 'fails'>) =>
    await startPrometheus(
      (own) => {
        const right = prometheusYaml(
          { ...settings, scrapeIntervalSeconds: 0.5 },
          {
            django: site.host,
            pushgateway: new URL(gateway.url).host,
            prometheus: own.address,
            alertmanager: site.host,
            rules: own.rules,
          },
        );
        if (configuration === undefined) return right;
        const changed = right.replace(...configuration);
        if (changed === right) throw new Error(`the configuration has no ${configuration[0].source}`);
        return changed;
      },
      rules,
      ['--rules.alert.resend-delay=1s', '--scrape.discovery-reload-interval=100ms'],
    );
  const right = await started.begin(start({}), stop);
  const pushed = push(started, gateway.url, `${site.url}/health`);
  const wrong = inLanes(Object.entries(WRONG), async (one) => {
    const prometheus = await start(one);
    try {
      await pushed;
      await scraped(prometheus);
      return await verify(['--prometheus', prometheus.url, '--json']);
    } finally {
      await prometheus.stop();
    }
  });
  await started.begin(Promise.resolve(wrong), async (all) => void (await Promise.allSettled(all.values())));
  await pushed;
  await scraped(right);
  return {
    gateway,
    site,
    right,
    /** What the command said of each. */
    wrong,
  };
}

async function push(started: Started, gateway: string, health: string): Promise<void> {
  const stack = await started.begin(startStack(), (one) => one.stop());
  for (const statement of SCHEMA) await stack.sql.query(statement);
  const variables = environment({ dataApi: stack.endpoint, gateway, health });
  const succeeds = async (file: string, ...args: readonly string[]): Promise<void> => {
    const { code, stderr } = await command(file, args, variables);
    if (code !== 0) throw new Error(`${file} ${args.join(' ')}: ${stderr}`);
  };
  await succeeds('migrate.ts');
  await Promise.all(['collect', 'probe', 'fold'].map((job) => succeeds('run.ts', job)));
  await fetch(`${gateway}/metrics/job/scraper/run/a1/scraper/daily`, {
    method: 'PUT',
    body: '# TYPE reviewmaps_naver_api_calls_total counter\nreviewmaps_naver_api_calls_total{endpoint="local",status_code="200"} 3\n',
  });
}

/** A Prometheus that evaluates each second is work, and mostly it is waited for: a few at the same time. */
function inLanes<T, R>(
  all: readonly (readonly [string, T])[],
  work: (one: T) => Promise<R>,
): ReadonlyMap<string, Promise<R>> {
  const lanes: Promise<unknown>[] = Array.from({ length: LANES }, () => Promise.resolve());
  return new Map(
    all.map(([name, one], index) => {
      const result = (lanes[index % LANES] ?? Promise.resolve()).then(() => work(one));
      lanes[index % LANES] = result.catch(() => undefined);
      return [name, result];
    }),
  );
}

const LANES = 5;

/** Waits for a few scrapes and evaluations: Prometheus announces none. */
export async function scraped(
  prometheus: RunningPrometheus,
  sign = 'count_over_time(up{job="prometheus"}[1m]) >= 4 and on () count(push_time_seconds) >= 3',
) {
  const limit = Date.now() + 30_000;
  while ((await prometheus.ask(sign, Date.now() / 1_000)).length === 0) {
    if (Date.now() > limit) throw new Error(`nothing for ${sign}`);
    await new Promise((again) => setTimeout(again, 100));
  }
}
