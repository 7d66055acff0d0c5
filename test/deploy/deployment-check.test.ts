import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { COMPLETE, Project } from './project';

const LIMIT_MS = 60_000;
/** With them the framework goes as far as it can: what stops it is the check, or the AWS that is not there. */
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

describe('a deployment', () => {
  let project: Project;
  beforeAll(async () => {
    project = await Project.copy();
  });
  afterAll(async () => {
    await project.remove();
  });

  test(
    'without its variables is refused before anything reaches AWS, with a sentence for each',
    async () => {
      const { code, output } = await project.serverless(['deploy'], CREDENTIALS);
      expect(code).toBe(1);
      expect(output).toContain('Nothing was deployed:');
      for (const name of [
        'DATABASE_CLUSTER_ARN',
        'DATABASE_SECRET_ARN',
        'DATABASE_NAME',
        'PUSHGATEWAY_URL',
        'DJANGO_HEALTH_URL',
      ]) {
        expect(output).toContain(`${name} is not set. Set the variable ${name} or --param=`);
      }
      expect(output).not.toContain('ECONNREFUSED');
    },
    LIMIT_MS,
  );

  test(
    'of a package that was made without them is refused even if they are set by then',
    async () => {
      expect(await project.serverless(['package', '--package', 'packaged'])).toMatchObject({ code: 0 });
      const { code, output } = await project.serverless(['deploy', '--package', 'packaged'], {
        ...CREDENTIALS,
        ...COMPLETE,
      });
      expect(code).toBe(1);
      expect(output).toContain('DATABASE_CLUSTER_ARN is not set.');
    },
    LIMIT_MS,
  );

  test(
    'with values that could not work is refused',
    async () => {
      const { code, output } = await project.serverless(['deploy'], {
        ...CREDENTIALS,
        ...COMPLETE,
        DATABASE_CLUSTER_ARN: 'reviewmaps',
        // Without the six characters that a secret's ARN ends in, the permission would match nothing.
        DATABASE_SECRET_ARN: 'arn:aws:secretsmanager:ap-northeast-2:111122223333:secret:database',
        PUSHGATEWAY_URL: 'http://localhost:9091',
        PUSHGATEWAY_CA: '/etc/ssl/gateway.pem',
      });
      expect(code).toBe(1);
      expect(output).toContain('DATABASE_CLUSTER_ARN is "reviewmaps".');
      expect(output).toContain('DATABASE_SECRET_ARN is "arn:aws:');
      expect(output).toContain('PUSHGATEWAY_URL is "http://localhost:9091".');
      expect(output).toContain('PUSHGATEWAY_CA is "/etc/ssl/gateway.pem".');
      expect(output).not.toContain('DATABASE_NAME');
    },
    LIMIT_MS,
  );

  test(
    'of one function is checked as well',
    async () => {
      const { code, output } = await project.serverless(
        ['deploy', 'function', '--function', 'fold'],
        CREDENTIALS,
      );
      expect(code).toBe(1);
      expect(output).toContain('PUSHGATEWAY_URL is not set.');
      // Only probe reads it.
      expect(output).not.toContain('DJANGO_HEALTH_URL');
    },
    LIMIT_MS,
  );

  test(
    'with values that the program itself would refuse is refused with the same sentence',
    async () => {
      const { code, output } = await project.serverless(['deploy'], {
        ...CREDENTIALS,
        ...COMPLETE,
        PUSHGATEWAY_URL: 'https://pushgateway.example.com/metrics',
        LOG_LEVEL: 'loud',
      });
      expect(code).toBe(1);
      expect(output).toContain('  - PUSHGATEWAY_URL ends in /metrics');
      expect(output).toContain('  - LOG_LEVEL is "loud"');
    },
    LIMIT_MS,
  );

  test(
    'with everything set goes on to AWS',
    async () => {
      const { code, output } = await project.serverless(['deploy'], {
        ...CREDENTIALS,
        ...COMPLETE,
        SLS_AWS_REQUEST_MAX_RETRIES: '0',
      });
      expect(code).toBe(1);
      expect(output).not.toContain('Nothing was deployed');
      expect(output).toContain('ECONNREFUSED');
    },
    LIMIT_MS,
  );
});
