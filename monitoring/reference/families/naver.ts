import { promql } from '../../rules/promql';
import { DAY, HOUR } from '../../rules/windows';
import type { Explanations } from '../definition';
import { anyBy, meanOfHour, pushedInDay, quantileOfHour } from '../queries';

const MOST = 10;
const P95 = 0.95;
const NOWHERE =
  'neither in a scraper run that fold counted nor in Django since it started. That says something only while both are alive: see `reviewmaps:push_age_seconds` and `up`.';
const FIRST = 'The label set is published for the first time; its total follows in the next run of fold.';
const CALLS = 'reviewmaps_naver_api_calls_total';
const ENRICHED = 'reviewmaps_enrichment_total';

export const naver = {
  reviewmaps_naver_api_calls_total: {
    zero: FIRST,
    absent: `No call of the endpoint ended with that status, ${NOWHERE}`,
    examples: [
      {
        asks: 'Calls of each endpoint by status in the last hour',
        query: anyBy(CALLS, ['endpoint', 'status_code'], HOUR),
      },
      {
        asks: 'Calls of the last hour that were not answered with 2xx',
        query: anyBy(CALLS, ['status_code'], HOUR, 'status_code!~"2.."'),
      },
      {
        asks: 'Share of the daily quota that the last 24 hours used',
        query: promql`reviewmaps:naver_quota_used:ratio24h`,
      },
    ],
  },
  reviewmaps_naver_api_duration_seconds: {
    zero: FIRST,
    absent: `The endpoint was not called, ${NOWHERE}`,
    bounds:
      'A call answers in some hundred milliseconds, so most bounds lie between 100 ms and 1 s; it is given up after 10 s, so nothing lies above. Below 50 ms it was a refusal or a cache, and where exactly says nothing.',
    examples: [
      {
        asks: 'P95 of each endpoint over an hour',
        query: quantileOfHour('reviewmaps_naver_api_duration_seconds', P95, 'endpoint'),
      },
      {
        asks: 'Mean time of a call over an hour',
        query: meanOfHour('reviewmaps_naver_api_duration_seconds', 'endpoint'),
      },
    ],
  },
  reviewmaps_naver_api_rate_limit_hits: {
    note: 'A counter, although its name does not end in `_total`: that is the contract. Python clients push or expose it as `reviewmaps_naver_api_rate_limit_hits_total`; fold and the scrape configuration rename it. Calls with status 429 are in `reviewmaps_naver_api_calls_total` as well.',
    zero: 'Naver refused no call: having no labels, with the Python package it is there from the start of Django and of every scraper run.',
    absent:
      'No scraper run has reported yet, and Django lacks the package of this project, or its scrape lacks the renaming.',
    examples: [
      {
        asks: 'Refused calls in the last hour',
        query: anyBy('reviewmaps_naver_api_rate_limit_hits', [], HOUR),
      },
    ],
  },
  reviewmaps_enrichment_total: {
    zero: FIRST,
    absent: `Nothing of the scope ended with that status, ${NOWHERE}`,
    examples: [
      {
        asks: 'Enriched campaigns by result in the last day',
        query: anyBy(ENRICHED, ['status'], DAY),
      },
      {
        asks: 'Share that failed in each scope in the last day',
        query: promql`
${anyBy(ENRICHED, ['scope'], DAY, 'status="failed"')}
/
(${anyBy(ENRICHED, ['scope'], DAY)} > 0)`,
      },
    ],
  },
  reviewmaps_enrichment_duration_seconds: {
    zero: FIRST,
    absent: `Nothing of the scope was enriched, ${NOWHERE}`,
    bounds:
      'One campaign takes several Naver calls, so the fine bounds lie below 5 s; a region takes minutes, so the coarse ones reach to 5 minutes. Both are observed in one histogram, by scope.',
    examples: [
      {
        asks: 'P95 of each scope over an hour',
        query: quantileOfHour('reviewmaps_enrichment_duration_seconds', P95, 'scope'),
      },
      {
        asks: 'Mean time over an hour',
        query: meanOfHour('reviewmaps_enrichment_duration_seconds', 'scope'),
      },
    ],
  },
  reviewmaps_exceptions_total: {
    note: "Django's middleware counts what views raise, scraper runs count what ended a step. `django_http_exceptions_total_by_type_total` counts more: there, `Http404` is an exception too.",
    zero: FIRST,
    absent: `Nothing of that type was raised there, ${NOWHERE}`,
    examples: [
      {
        asks: 'The most frequent exceptions of the last day and where they were raised',
        query: promql`topk(${MOST}, ${anyBy('reviewmaps_exceptions_total', ['exception_type', 'view_name'], DAY)} > 0)`,
      },
      {
        asks: 'Only those of scraper runs',
        query: promql`${pushedInDay('reviewmaps_exceptions_total', ['view_name'])} > 0`,
      },
    ],
  },
} as const satisfies Partial<Explanations>;
