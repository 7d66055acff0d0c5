import { scraped } from './case';

/** What Django counts of requests. */

export const UP = scraped('up');

export const responses = (status: string, view = 'campaign-list') =>
  scraped('django_http_responses_total_by_status_view_method_total', { status, view, method: 'GET' });

export const bucket = (le: string, view = 'campaign-list') =>
  scraped('django_http_requests_latency_seconds_by_view_method_bucket', { le, view, method: 'GET' });

export const times = (count: number, value: number) => Array.from({ length: count }, () => value);

/** A counter that grows once in four scrapes: one event a minute. */
export const EACH_MINUTE = Array.from({ length: 60 }, (_, scrape) => Math.floor(scrape / 4)).join(' ');

/** A counter that grows evenly by so much in five minutes, which are twenty scrapes. */
export const inFiveMinutes = (count: number) => `0+${count / 20}x120`;

/** Responses of a busy, healthy site. */
export const HEALTHY = { [responses('200')]: '0+15x60' };
