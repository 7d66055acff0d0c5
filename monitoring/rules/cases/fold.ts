import { type AlertCases, APP, fires, gone, interrupted, pushed, quiet } from './case';

const JOB = 'reviewmaps-scraper';
const step = (name: string) => pushed('reviewmaps_fold_step_success', JOB, { step: name });
const WAITING = pushed('reviewmaps_fold_groups_waiting', JOB);
const series = (reason: string) => pushed('reviewmaps_fold_rejected_series_total', JOB, { reason });
const groups = (reason: string) => pushed('reviewmaps_fold_rejected_groups_total', JOB, { reason });

export const foldCases: Readonly<Record<string, AlertCases>> = {
  ReviewMapsFoldStepFailing: {
    fires: [
      fires('reading fails', { [step('read')]: '0x40', [step('totals')]: '1x40' }, '7m', {
        labels: { app: APP, job: JOB, step: 'read' },
        value: '0',
      }),
      fires('it fails, and so do some scrapes of the gateway', { [step('read')]: interrupted(0) }, '7m', {
        labels: { app: APP, job: JOB, step: 'read' },
        value: '0',
      }),
    ],
    quiet: [
      quiet('all work', { [step('read')]: '1x40', [step('totals')]: '1x40' }, '8m'),
      quiet('it failed before the gateway lost it', { [step('read')]: gone(0) }, '7m'),
      quiet('one fold failed', { [step('read')]: '1x8 0x4 1x28' }, '3m'),
      quiet(
        'while the probe may not have told yet that the database is down',
        { [step('count')]: '0x40' },
        '6m45s',
      ),
    ],
  },
  ReviewMapsFoldBehind: {
    fires: [
      fires('some are always left', { [WAITING]: '12x80' }, '16m', {
        labels: { app: APP, job: JOB },
        value: '12',
      }),
      fires('some are left for fifteen minutes, though scrapes fail', { [WAITING]: interrupted(12) }, '15m', {
        labels: { app: APP, job: JOB },
        value: '12',
      }),
    ],
    quiet: [
      quiet('not yet for fifteen minutes', { [WAITING]: '12x80' }, '14m45s'),
      quiet('some were left before the gateway lost it', { [WAITING]: gone(12) }, '15m'),
      quiet('none are left', { [WAITING]: '0x80' }, '16m'),
      quiet('a burst that the next folds got through', { [WAITING]: '0x8 300x20 0x52' }, '7m'),
    ],
  },
  ReviewMapsFoldRejecting: {
    fires: [
      fires(
        'two series more, of one reason',
        { [series('went_back')]: '3x20 5x60', [series('bad_value')]: '1x80' },
        '10m',
        {
          labels: { app: APP, reason: 'went_back' },
          value: '2',
        },
      ),
      fires(
        'the first poisoned group, which the ledger announced with 0',
        { [groups('poison')]: '0x20 1x60' },
        '10m',
        {
          labels: { app: APP, reason: 'poison' },
          value: '1',
        },
      ),
      fires(
        'groups of a reason for which a series was rejected long ago',
        { [series('refused')]: '3x100', [groups('refused')]: '0x20 5x80' },
        '10m',
        { labels: { app: APP, reason: 'refused' }, value: '5' },
      ),
      fires(
        'series and groups of one reason, together',
        { [series('refused')]: '3x20 4x80', [groups('refused')]: '0x20 5x80' },
        '10m',
        { labels: { app: APP, reason: 'refused' }, value: '6' },
      ),
      fires(
        'a restored gateway shows older totals for a moment: 2 and 1, not 7 and 4',
        { [series('went_back')]: '3x20 5x8 3x4 5x60', [groups('poison')]: '3x20 4x8 3x4 4x60' },
        '12m',
        { labels: { app: APP, reason: 'poison' }, value: '1' },
        { labels: { app: APP, reason: 'went_back' }, value: '2' },
      ),
      fires(
        'fourteen minutes ago',
        { [series('went_back')]: '3x20 5x80', [groups('poison')]: '3x20 4x80' },
        '19m15s',
        { labels: { app: APP, reason: 'poison' }, value: '1' },
        { labels: { app: APP, reason: 'went_back' }, value: '2' },
      ),
    ],
    quiet: [
      quiet(
        'sixteen minutes ago',
        { [series('went_back')]: '3x20 5x80', [groups('poison')]: '3x20 4x80' },
        '21m15s',
      ),
      quiet(
        'counters that exist for ever',
        { [series('went_back')]: '3x100', [groups('poison')]: '1x100' },
        '20m',
      ),
      quiet(
        'a gateway without persistence restarted',
        { [series('went_back')]: '3x20 stale _x5 3x60' },
        '15m',
      ),
    ],
  },
};
