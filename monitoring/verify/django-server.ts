import { RUN_METRICS, type RunMetric } from '../../src/metrics/catalog';
import { DROP_IN, declares, mustDeclare } from './django';
import { counted, empty, type Finding, fail, ok, type Section, skip, warn } from './finding';
import { AnswerError, askText, type Service } from './http';

/** Answers that are compared: workers that answer in turn give different ones. */
const LOOKS = 4;

/** Django's own /metrics: answers, has the drop-in's names, and is one process's. */
export async function djangoServerSection(service: Service, signal: AbortSignal): Promise<Section> {
  return { title: `Django at ${service.url}`, findings: await findings(service, signal) };
}

async function findings(service: Service, signal: AbortSignal): Promise<readonly Finding[]> {
  const answers: string[] = [];
  const path = service.url.endsWith('/metrics') ? '' : '/metrics';
  try {
    // In turn: answers at the same time may come from one worker that is free.
    for (let look = 0; look < LOOKS; look += 1) {
      answers.push(await askText(service, { path, accept: 'text/plain;version=0.0.4' }, signal));
    }
  } catch (thrown) {
    if (!(thrown instanceof AnswerError)) throw thrown;
    return [
      thrown.status === 404
        ? fail('/metrics', thrown.message, "include django_prometheus's urls")
        : fail('/metrics', thrown.message),
      ...RUN_METRICS.map((metric) => skip(metric, 'needs: /metrics')),
    ];
  }
  const [text = ''] = answers;
  const families = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name));
  if (families.size === 0) {
    const what = text.includes('<') ? 'a page, perhaps of a login' : 'no metrics';
    return [
      fail(
        '/metrics',
        `answers with ${what}`,
        "include django_prometheus's urls, before anything that catches all paths",
      ),
      ...RUN_METRICS.map((metric) => skip(metric, 'needs: /metrics')),
    ];
  }
  return [
    ok('/metrics', counted(families.size, 'metric family').replace('familys', 'families')),
    ...RUN_METRICS.map((metric) => registered(metric, families, text)),
    oneProcess(answers),
  ];
}

function registered(metric: RunMetric, families: ReadonlySet<string>, text: string): Finding {
  if (!declares(families, metric) && mustDeclare(families, metric)) {
    return fail(metric, 'Django does not have it', DROP_IN);
  }
  const series = [...text.matchAll(new RegExp(`^${metric}(_total|_count)?[{ ]`, 'gm'))].length;
  return series > 0 ? ok(metric, counted(series, 'series')) : empty(metric, 'no event yet');
}

function oneProcess(answers: readonly string[]): Finding {
  const name = 'one process';
  const starts = answers.flatMap((text) => /^process_start_time_seconds (\S+)/m.exec(text)?.[1] ?? []);
  if (starts.length === 0) return ok(name, 'counts for all its workers (PROMETHEUS_MULTIPROC_DIR)');
  return new Set(starts).size === 1
    ? ok(name, `the same one gave ${answers.length} answers`)
    : warn(
        name,
        'several answer in turn, each with counters of its own',
        'several pods behind one address are fine if Prometheus scrapes each; several workers of one need PROMETHEUS_MULTIPROC_DIR',
      );
}
