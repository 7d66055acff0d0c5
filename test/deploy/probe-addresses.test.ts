import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { COMPLETE, Project, type Template } from './project';

const LIMIT_MS = 60_000;
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

function configuration(services: string): string {
  return `
import { defineConfig } from './src/config/schema';
export default defineConfig({ services: { ${services} } });
`;
}

/** Two services of two addresses, one of which is asked twice. */
const SERVICES = configuration(`
  shop: [
    { kind: 'http', urlFrom: 'SHOP_URL' },
    { kind: 'http', urlFrom: 'SHOP_URL', status: 200 },
    { kind: 'http', urlFrom: 'SHOP_V2_HEALTH_URL' },
  ],
  gateway: [{ kind: 'http', urlFrom: 'PUSHGATEWAY_URL' }, { kind: 'heartbeat', job: 'x', maxAge: '1h' }],
`);
const ADDRESSES = {
  SHOP_URL: 'https://shop.example.com/health',
  SHOP_V2_HEALTH_URL: 'http://shop.example.com:8080/v2?full=1',
} as const;

let project: Project;
beforeAll(async () => {
  project = await Project.copy();
});
afterAll(async () => {
  await project.remove();
});

function variables(template: Template, id: string): unknown {
  return template.Resources[`${id}LambdaFunction`]?.Properties['Environment'];
}

describe('the addresses of the http probes', () => {
  beforeAll(async () => {
    await project.write('reviewmaps.config.ts', SERVICES);
  });

  test(
    'are in the environment of probe and of no other function, whatever they are called',
    async () => {
      const template = await project.package(['--stage', 'prod'], {
        ...COMPLETE,
        ...ADDRESSES,
        OTHER_URL: 'https://other.example.com',
      });
      const common = {
        DATABASE_CLUSTER_ARN: COMPLETE.DATABASE_CLUSTER_ARN,
        DATABASE_SECRET_ARN: COMPLETE.DATABASE_SECRET_ARN,
        DATABASE_NAME: COMPLETE.DATABASE_NAME,
        PUSHGATEWAY_URL: COMPLETE.PUSHGATEWAY_URL,
        PUSHGATEWAY_SECRET_ARN: COMPLETE.PUSHGATEWAY_SECRET_ARN,
        LOG_LEVEL: 'info',
        STAGE: 'prod',
      };
      // DJANGO_HEALTH_URL is set as well, but nothing reads it any more.
      expect(variables(template, 'Probe')).toEqual({ Variables: { ...common, ...ADDRESSES } });
      expect(variables(template, 'Collect')).toEqual({ Variables: common });
      expect(variables(template, 'Fold')).toEqual({ Variables: common });
    },
    LIMIT_MS,
  );

  test(
    'may come from parameters of their names, which win over the shell',
    async () => {
      const template = await project.package(
        [
          '--param',
          'shopV2HealthUrl=https://param.example.com',
          '--param',
          'pushgatewayUrl=https://gw.example.com',
        ],
        { ...COMPLETE, ...ADDRESSES },
      );
      expect(variables(template, 'Probe')).toMatchObject({
        Variables: {
          SHOP_URL: ADDRESSES.SHOP_URL,
          SHOP_V2_HEALTH_URL: 'https://param.example.com',
          PUSHGATEWAY_URL: 'https://gw.example.com',
        },
      });
    },
    LIMIT_MS,
  );

  test(
    'with credentials in them are refused before they are written anywhere',
    async () => {
      const { code, output } = await project.serverless(['package'], {
        ...ADDRESSES,
        SHOP_URL: 'https://user:word@shop.example.com',
      });
      expect(code).toBe(1);
      expect(output).toContain('SHOP_URL has credentials in it');
      expect(output).not.toContain('word@');
      expect(output).not.toMatch(/^ +at /m);
    },
    LIMIT_MS,
  );

  test(
    'that are missing, of another scheme, or of this machine are refused at the deployment, a sentence each',
    async () => {
      const missing = await project.serverless(['deploy'], {
        ...CREDENTIALS,
        ...COMPLETE,
        SHOP_V2_HEALTH_URL: 'ftp://shop.example.com',
      });
      expect(missing.code).toBe(1);
      expect(missing.output).toContain(
        'SHOP_URL is not set. Set the variable SHOP_URL or --param="shopUrl=…" to an http or https address',
      );
      expect(missing.output).toContain('SHOP_V2_HEALTH_URL is "ftp://shop.example.com".');
      expect(missing.output).not.toContain('DJANGO_HEALTH_URL');

      const unreachable = await project.serverless(['deploy', 'function', '--function', 'probe'], {
        ...CREDENTIALS,
        ...COMPLETE,
        SHOP_URL: 'http://127.0.0.1:8000',
        SHOP_V2_HEALTH_URL: 'https://shop.example.com/#health',
      });
      expect(unreachable.code).toBe(1);
      expect(unreachable.output).toContain('SHOP_URL is "http://127.0.0.1:8000".');
      expect(unreachable.output).toContain('SHOP_V2_HEALTH_URL has a "#" part');
    },
    LIMIT_MS,
  );

  test(
    'are not asked for when another function is deployed alone',
    async () => {
      const { output } = await project.serverless(['deploy', 'function', '--function', 'fold'], {
        ...CREDENTIALS,
        ...COMPLETE,
        SLS_AWS_REQUEST_MAX_RETRIES: '0',
      });
      expect(output).not.toContain('Nothing was deployed');
      expect(output).toContain('ECONNREFUSED');
    },
    LIMIT_MS,
  );
});

describe('a configuration', () => {
  test(
    'that names no services has the default ones',
    async () => {
      await project.write('reviewmaps.config.ts', 'export default {};');
      const template = await project.package([], COMPLETE);
      expect(variables(template, 'Probe')).toMatchObject({
        Variables: { DJANGO_HEALTH_URL: COMPLETE.DJANGO_HEALTH_URL },
      });
    },
    LIMIT_MS,
  );

  test.each([
    ['is wrong', configuration("shop: [{ kind: 'http', urlFrom: 'SHOP' }]"), 'ends in _URL (got "SHOP")'],
    ['cannot be read', 'export default {', 'reviewmaps.config.ts cannot be read: '],
  ])(
    'that %s is not packaged',
    async (_, text, sentence) => {
      await project.write('reviewmaps.config.ts', text);
      const { code, output } = await project.serverless(['package']);
      expect(code).toBe(1);
      expect(output).toContain(sentence);
      expect(output).not.toMatch(/^ +at /m);
    },
    LIMIT_MS,
  );
});
