import type { Config } from '../config/config';
import { keyOf } from '../fold/read-run';
import { GROUP_JOBS } from '../jobs/job';
import type { RawGroup } from '../pushgateway/group-scanner';
import { describeKey } from '../pushgateway/grouping';
import { identityOf } from '../pushgateway/stored';
import { type Check, change, type Finding, ok, warn } from './check';
import { GATEWAY_SILENT, OLDEST_PUSH } from './gateway';

/** Apps whose runs are counted by name; whoever makes them up at every run must not fill the memory of this program. */
const MOST_APPS = 10;
/** Folds whose last push is remembered; one a stage. */
const MOST_FOLDS = 100;

/** Whether some fold takes each run that waits at the gateway: one without `app` belongs to production. */
export const runsCheck: Check = {
  name: 'scraper runs',
  needs: ['gateway'],
  whenSilent: GATEWAY_SILENT,
  run: async ({ config, gateway, signal }) => {
    let runs = new WaitingRuns(config);
    const now = await gateway.scan(() => {
      const attempt = new WaitingRuns(config);
      runs = attempt;
      return (group) => attempt.add(group);
    }, signal);
    return runs.finding(now);
  },
};

/** The runs at the gateway by their app, one group after the other. */
class WaitingRuns {
  private readonly byApp = new Map<string, number>();
  /** Runs of apps beyond those that are named. */
  private others = 0;
  private withoutApp = 0;
  private example = '';
  /** When the fold of each app pushed last, seconds since 1970 by the gateway's clock. */
  private readonly folds = new Map<string, number>();

  constructor(private readonly config: Config) {}

  add(group: RawGroup): void {
    const identity = identityOf(group);
    const { job = '', run = '', app } = identity?.labels ?? {};
    if (identity === undefined) return;
    if (job === GROUP_JOBS.fold && app !== undefined) this.addFold(app, identity.pushedAt);
    if (job !== this.config.fold.job || run === '') return;
    if (app === undefined) {
      this.withoutApp += 1;
      if (this.example === '') this.example = describeKey(keyOf(job, identity.labels));
    }
    this.count(app ?? this.config.defaultApp);
  }

  /** @param now the gateway's clock, seconds since 1970. */
  finding(now: number): Finding {
    const { app: own, defaultApp } = this.config;
    if (this.byApp.size === 0) return ok('no run waits at the gateway');
    const isFolded = (app: string) => now - (this.folds.get(app) ?? 0) <= OLDEST_PUSH;
    const lost = own === defaultApp || isFolded(defaultApp) ? 0 : this.withoutApp;
    const found = [
      `${this.byApp.get(own) ?? 'none'} of app="${own}"`,
      ...[...this.byApp].flatMap(([app, runs]) => {
        const named = app === defaultApp ? runs - lost : runs;
        if (app === own || named === 0) return [];
        const whose = isFolded(app)
          ? 'for the fold of that'
          : 'for a fold that does not push to this gateway';
        return [`${named} of app="${app}", ${whose}`];
      }),
      ...(this.others === 0 ? [] : [`${this.others} of other apps`]),
    ].join('; ');
    if (lost === 0) return ok(found);
    return warn(
      `${found}; ${lost} without the label app (such as ${this.example}), which only a fold of app="${defaultApp}" takes, and none pushes to this gateway`,
      change(
        `give the runs of this stage the grouping label app="${own}" (docs/scraper-runs.md): REVIEWMAPS_APP=${own} for scrapers with the Python package; fold deletes no group that is not its own, so remove those that are there`,
      ),
    );
  }

  private addFold(app: string, pushedAt: number): void {
    if (this.decides(app) || this.folds.size < MOST_FOLDS) this.folds.set(app, pushedAt);
  }

  private decides(app: string): boolean {
    return app === this.config.app || app === this.config.defaultApp;
  }

  private count(app: string): void {
    if (this.byApp.has(app) || this.decides(app) || this.byApp.size < MOST_APPS)
      this.byApp.set(app, (this.byApp.get(app) ?? 0) + 1);
    else this.others += 1;
  }
}
