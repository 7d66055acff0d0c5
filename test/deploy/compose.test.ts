import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseOptions } from '../../dev/start/options';
import { COMPOSE_TARGETS } from '../../monitoring/rules/prometheus-config';
import { connectTo, startPostgres } from '../servers/postgres';
import { describePostgres } from '../servers/stack';
import { interpolate, isMapping, type Mapping, parseCompose, type Value } from './compose-file';
import { PROJECT } from './tools';

const SOURCE = readFileSync(join(PROJECT, 'docker-compose.yml'), 'utf8');
const FILE = parseCompose(SOURCE);

function mappingOf(value: Value): Mapping {
  if (!isMapping(value)) throw new Error('not a mapping');
  return value;
}

function textsOf(value: Value): readonly string[] {
  if (!Array.isArray(value)) throw new Error('not a list');
  return value.map((item: Value) => {
    if (typeof item !== 'string') throw new Error('not a text');
    return item;
  });
}

const SERVICES = mappingOf(FILE['services']);
const NAMES = Object.keys(SERVICES);
const service = (name: string) => mappingOf(SERVICES[name]);
const environmentOf = (name: string): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(mappingOf(service(name)['environment'])).map(([variable, value]) => {
      if (typeof value !== 'string') throw new Error(`${variable} is not a text`);
      return [variable, value];
    }),
  );

/** `[source, target, mode]` of each mount, with no variable set. */
const mountsOf = (name: string) =>
  textsOf(service(name)['volumes']).map((mount) => interpolate(mount).split(':'));

/** `[address, port on the host, port in the container]` of each port, with no variable set. */
const portsOf = (name: string) => textsOf(service(name)['ports']).map((port) => interpolate(port).split(':'));

describe('docker-compose.yml', () => {
  it('has the whole stack', () => {
    expect(NAMES.toSorted()).toEqual(['alertmanager', 'grafana', 'postgres', 'prometheus', 'pushgateway']);
  });

  it('has a name, which the command that removes a volume starts with', () => {
    expect(FILE['name']).toBe('reviewmaps-monitoring');
    expect(SOURCE).toContain('docker volume rm reviewmaps-monitoring_postgres');
  });

  it('needs no variable: one that must be set would stop the gateway alone as well', () => {
    const variables = [...SOURCE.matchAll(/\$\{[^}]*\}/g)].map(([variable]) => variable);
    expect(variables.length).toBeGreaterThan(0);
    for (const variable of variables) expect(variable).toMatch(/^\$\{[A-Z_]+:-[^}]+\}$/);
    expect(SOURCE.replaceAll(/\$\{[^}]*\}/g, '')).not.toContain('$');
  });

  it('starts the gateway alone', () => {
    expect(service('pushgateway')).not.toHaveProperty('depends_on');
  });

  it.each(NAMES)('%s is one exact version', (name) => {
    expect(service(name)['image']).toMatch(/^[a-z]+(\/[a-z]+)?:v?\d+\.\d+(\.\d+)?$/);
  });

  it.each(NAMES)('%s is reached from this machine only', (name) => {
    expect(service(name)).not.toHaveProperty('network_mode');
    const ports = portsOf(name);
    expect(ports).toHaveLength(1);
    for (const port of ports) {
      expect(port).toEqual(['127.0.0.1', expect.stringMatching(/^\d+$/), expect.stringMatching(/^\d+$/)]);
    }
  });

  it('takes no port that "npm start" needs, but that of the gateway, which it then uses', () => {
    const { gateway, ...others } = parseOptions([]).ports;
    const published = NAMES.flatMap(portsOf).map(([, port]) => Number(port));
    expect(new Set(published).size).toBe(NAMES.length);
    expect(published).toContain(gateway);
    for (const port of Object.values(others)) expect(published).not.toContain(port);
  });

  it.each(NAMES)('%s is checked, and starts again after a failure', (name) => {
    const check = mappingOf(service(name)['healthcheck']);
    const [how, program] = textsOf(check['test']);
    expect(how).toBe('CMD');
    expect(program).toBe(name === 'postgres' ? 'pg_isready' : 'wget');
    for (const time of ['interval', 'timeout', 'start_period']) expect(check[time]).toMatch(/^\d+s$/);
    expect(Number(check['retries'])).toBeGreaterThan(0);
    expect(service(name)['restart']).toBe('unless-stopped');
  });

  it.each(NAMES.filter((name) => name !== 'postgres'))(
    '%s is asked at the port that it listens on',
    (name) => {
      const address = textsOf(mappingOf(service(name)['healthcheck'])['test']).at(-1);
      const [, , inside] = portsOf(name)[0] ?? [];
      expect(address).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${inside}/(-/healthy|api/health)$`));
    },
  );

  it('asks the database over TCP, where it answers only when its sample data is in', () => {
    expect(textsOf(mappingOf(service('postgres')['healthcheck'])['test'])).toContain('--host=127.0.0.1');
  });

  it.each(NAMES)('%s waits only for what is there and healthy', (name) => {
    const conditions = service(name)['depends_on'] ?? {};
    for (const [other, condition] of Object.entries(mappingOf(conditions))) {
      expect(NAMES).toContain(other);
      expect(condition).toEqual({ condition: 'service_healthy' });
    }
  });

  it('starts Prometheus after what it scrapes and alerts, and Grafana after Prometheus', () => {
    expect(Object.keys(mappingOf(service('prometheus')['depends_on']))).toEqual([
      'pushgateway',
      'alertmanager',
    ]);
    expect(Object.keys(mappingOf(service('grafana')['depends_on']))).toEqual(['prometheus']);
  });

  it.each([
    ['postgres', '/var/lib/postgresql/data'],
    ['pushgateway', '/pushgateway'],
    ['prometheus', '/prometheus'],
    ['alertmanager', '/alertmanager'],
    ['grafana', '/var/lib/grafana'],
  ])('%s keeps its data in a named volume', (name, target) => {
    expect(mountsOf(name)).toContainEqual([name, target]);
  });

  it('declares every named volume, and no other', () => {
    const used = NAMES.flatMap(mountsOf)
      .map(([source = '']) => source)
      .filter((source) => !source.startsWith('.'));
    expect(Object.keys(mappingOf(FILE['volumes'])).toSorted()).toEqual(used.toSorted());
  });

  it('mounts files of the project that exist, for reading', () => {
    const own = NAMES.flatMap(mountsOf).filter(([source]) => source?.startsWith('.'));
    expect(own).toHaveLength(6);
    for (const [source, , mode] of own) {
      expect({ source, exists: existsSync(join(PROJECT, source ?? '')) }).toEqual({ source, exists: true });
      expect(mode).toBe('ro');
    }
  });

  it('has each service under the name and port that Prometheus is configured with', () => {
    for (const target of [COMPOSE_TARGETS.pushgateway, COMPOSE_TARGETS.alertmanager]) {
      const [name = '', port] = target.split(':');
      expect(portsOf(name).map(([, , inside]) => inside)).toEqual([port]);
    }
    expect(COMPOSE_TARGETS.django).toMatch(/^host\.docker\.internal:/);
    expect(textsOf(service('prometheus')['extra_hosts'])).toEqual(['host.docker.internal:host-gateway']);
  });

  it.each([
    [
      'prometheus',
      'deploy/prometheus/prometheus.yml',
      /^ *- "?(\/[^"]*?)\/\*\.yml"?$/m,
      'deploy/prometheus/rules',
    ],
    [
      'alertmanager',
      'deploy/alertmanager/alertmanager.yml',
      /^ *- (\/.*\.tmpl)$/m,
      'deploy/alertmanager/reviewmaps.tmpl',
    ],
    [
      'grafana',
      'deploy/grafana/provisioning/dashboards/reviewmaps.yml',
      /path: (\/.*)$/m,
      'deploy/grafana/dashboards',
    ],
  ])('%s finds what %s names', (name, file, pattern, expected) => {
    const [, inside = ''] = pattern.exec(readFileSync(join(PROJECT, file), 'utf8')) ?? [];
    const wanted = inside.replace('*', 'reviewmaps');
    const found = mountsOf(name).flatMap(([source = '', target = '']) =>
      wanted === target || wanted.startsWith(`${target}/`) ? [join(source, wanted.slice(target.length))] : [],
    );
    expect(found).toContain(expected);
  });

  it('gives Alertmanager the folder of the secrets that its receivers name, empty unless one is set', () => {
    const secrets = textsOf(service('alertmanager')['volumes']).find((mount) => mount.includes('secrets'));
    expect(interpolate(secrets ?? '', { ALERTMANAGER_SECRETS: '/srv/secrets' })).toBe(
      '/srv/secrets:/etc/alertmanager/secrets:ro',
    );
    const named = readFileSync(join(PROJECT, 'deploy/alertmanager/alertmanager.yml'), 'utf8').match(
      /api_url_file: .*/g,
    );
    for (const file of named ?? [])
      expect(file).toMatch(/: \/etc\/alertmanager\/secrets\/slack-(on-call|team)$/);
  });

  it('configures the servers with what is mounted', () => {
    expect(textsOf(service('prometheus')['command'])).toEqual(
      expect.arrayContaining([
        '--config.file=/etc/prometheus/prometheus.yml',
        '--storage.tsdb.path=/prometheus',
      ]),
    );
    expect(textsOf(service('alertmanager')['command'])).toEqual(
      expect.arrayContaining([
        '--config.file=/etc/alertmanager/alertmanager.yml',
        '--storage.path=/alertmanager',
      ]),
    );
    expect(textsOf(service('pushgateway')['command'])).toContain(
      '--persistence.file=/pushgateway/metrics.db',
    );
    expect(mountsOf('grafana')).toContainEqual([
      './deploy/grafana/provisioning',
      '/etc/grafana/provisioning',
      'ro',
    ]);
    const home = environmentOf('grafana').get('GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH') ?? '';
    expect(home).toMatch(/^\/var\/lib\/grafana\/dashboards\//);
    expect(existsSync(join(PROJECT, home.replace('/var/lib/grafana', 'deploy/grafana')))).toBe(true);
  });

  it('takes the passwords from the environment', () => {
    const set = { POSTGRES_PASSWORD: 'one', GRAFANA_ADMIN_PASSWORD: 'two' };
    const passwords = [
      environmentOf('postgres').get('POSTGRES_PASSWORD') ?? '',
      environmentOf('grafana').get('GF_SECURITY_ADMIN_PASSWORD') ?? '',
    ];
    expect(passwords.map((password) => interpolate(password, set))).toEqual(['one', 'two']);
    expect(passwords.map((password) => interpolate(password))).toEqual([
      'reviewmaps-local',
      'reviewmaps-local',
    ]);
  });

  it('lets anyone on this machine look at Grafana, and nobody make an account', () => {
    expect(Object.fromEntries(environmentOf('grafana'))).toMatchObject({
      GF_AUTH_ANONYMOUS_ENABLED: 'true',
      GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
      GF_USERS_ALLOW_SIGN_UP: 'false',
    });
  });
});

describe('the reader of docker-compose.yml', () => {
  it.each([
    ['a key twice', 'a: 1\na: 2\n'],
    ['a list of mappings', 'a:\n  - b: 1\n'],
    ['an anchor', 'a: &b\n'],
    ['block text', 'a: |\n  b\n'],
    ['a line out of place', 'a:\n    b: 1\n  c: 2\n'],
  ])('refuses %s', (_what, source) => {
    expect(() => parseCompose(source)).toThrow();
  });
});

const hasCompose = spawnSync('docker', ['compose', 'version'], { stdio: 'ignore' }).status === 0;

// Skipped in CI as well: there is no docker compose to install there.
(hasCompose ? describe : describe.skip)('docker compose (needs its plugin)', () => {
  it('reads the file', () => {
    const services = execFileSync('docker', ['compose', 'config', '--services'], {
      cwd: PROJECT,
      encoding: 'utf8',
    });
    expect(services.trim().split('\n').toSorted()).toEqual(NAMES.toSorted());
  });
});

describePostgres('the sample data for PostgreSQL', () => {
  it('fills an empty database', async () => {
    const postgres = await startPostgres();
    try {
      const client = await connectTo(postgres.url);
      await client.query(readFileSync(join(PROJECT, 'deploy/postgres/init/reviewmaps.sql'), 'utf8'));
      const { rows } = await client.query(`
        SELECT (SELECT count(*)::int FROM campaign) AS campaigns,
               (SELECT count(*)::int FROM reviews) AS reviews,
               (SELECT count(*) > 100 FROM campaign WHERE apply_deadline > now()) AS open,
               (SELECT max(created_at) BETWEEN now() - interval '5 minutes' AND now() FROM campaign) AS fresh,
               (SELECT count(*) > 0 FROM campaign WHERE region = '서울 ''핫플'' 성수') AS quoted`);
      expect(rows).toEqual([{ campaigns: 500, reviews: 600, open: true, fresh: true, quoted: true }]);
      await client.end();
    } finally {
      await postgres.stop();
    }
  }, 60_000);
});
