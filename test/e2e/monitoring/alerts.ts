import { setTimeout as sleep } from 'node:timers/promises';

/** Which alerts there are, each as `Name label=value …`. */
export interface Alerts {
  /** Sent to someone. */
  readonly active: readonly string[];
  /** Held back by another one. */
  readonly inhibited: readonly string[];
}

interface GivenAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly status: { readonly state: string };
}

/** Labels that say nothing here: there is one application, and an instance's port differs each time. */
const LEFT_OUT = ['alertname', 'severity', 'app', 'instance'];

function nameOf({ labels }: GivenAlert): string {
  const rest = Object.entries(labels).filter(([name]) => !LEFT_OUT.includes(name));
  const name = labels['alertname']?.replace(/^ReviewMaps/, '') ?? '';
  return [name, ...rest.map(([label, value]) => `${label}=${value}`).toSorted()].join(' ');
}

/** Between two looks, in milliseconds: shorter than an evaluation of the rules. */
const LOOK_MS = 200;

/** Looks at Alertmanager again and again, and keeps every alert that it has seen. */
export class AlertWatch {
  readonly seenActive = new Set<string>();

  constructor(private readonly alertmanager: string) {}

  forget(): void {
    this.seenActive.clear();
  }

  async look(): Promise<Alerts> {
    const answer = await fetch(`${this.alertmanager}/api/v2/alerts`);
    const given: readonly GivenAlert[] = JSON.parse(await answer.text());
    const inState = (state: string) =>
      given
        .filter(({ status }) => status.state === state)
        .map(nameOf)
        .toSorted();
    const alerts = { active: inState('active'), inhibited: inState('suppressed') };
    for (const name of alerts.active) this.seenActive.add(name);
    return alerts;
  }

  /** The alerts when they are as expected, or when the time is over. */
  async until(expected: (alerts: Alerts) => boolean, limitMs: number): Promise<Alerts> {
    for (const end = performance.now() + limitMs; ; ) {
      const alerts = await this.look();
      if (expected(alerts) || performance.now() > end) return alerts;
      await sleep(LOOK_MS);
    }
  }

  /** Looks on for a while, and gives what there is then. */
  async during(ms: number): Promise<Alerts> {
    return await this.until(() => false, ms);
  }
}
