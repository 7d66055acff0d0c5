import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT } from './tools';

/** What is deployed, and nothing else: a bundle that needs anything from dev/ or test/ cannot be built from it. */
const DEPLOYED = [
  'serverless.yml',
  'serverless',
  'handlers',
  'src',
  'reviewmaps.config.ts',
  'package.json',
  'tsconfig.json',
];

const SERVERLESS = join(PROJECT, 'node_modules', 'serverless', 'bin', 'serverless.js');

/** Addresses and ARNs that look right and lead nowhere. */
export const COMPLETE = {
  DATABASE_CLUSTER_ARN: 'arn:aws:rds:ap-northeast-2:111122223333:cluster:reviewmaps',
  DATABASE_SECRET_ARN: 'arn:aws:secretsmanager:ap-northeast-2:111122223333:secret:reviewmaps/database-AbC123',
  DATABASE_NAME: 'reviewmaps',
  PUSHGATEWAY_URL: 'https://pushgateway.example.com',
  PUSHGATEWAY_SECRET_ARN:
    'arn:aws:secretsmanager:ap-northeast-2:111122223333:secret:reviewmaps/pushgateway-XyZ789',
  DJANGO_HEALTH_URL: 'https://reviewmaps.example.com/v1/healthz',
} as const;

export type Environment = Readonly<Record<string, string>>;

export interface Finished {
  readonly code: number | null;
  /** Standard output and error, in the order in which they came. */
  readonly output: string;
}

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

/** A copy of what is deployed, in a temporary folder. */
export class Project {
  private constructor(readonly folder: string) {}

  static async copy(): Promise<Project> {
    const folder = await mkdtemp(join(tmpdir(), 'reviewmaps-deploy-'));
    await Promise.all(
      DEPLOYED.map((name) => cp(join(PROJECT, name), join(folder, name), { recursive: true })),
    );
    await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
    return new Project(folder);
  }

  /** The command and the environment with which it runs: no credentials, no AWS, nothing of the developer's own. */
  command(
    args: readonly string[],
    environment: Environment,
  ): { file: string; args: string[]; env: Record<string, string> } {
    return {
      file: process.execPath,
      args: [SERVERLESS, ...args],
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: process.env['HOME'] ?? this.folder,
        // Bundling leaves its folders behind.
        TMPDIR: this.folder,
        AWS_CONFIG_FILE: '/dev/null',
        AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
        AWS_EC2_METADATA_DISABLED: 'true',
        // Nothing listens there: a command that needs AWS fails.
        AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
        ...environment,
      },
    };
  }

  /** Runs the framework's command line to its end. */
  async serverless(args: readonly string[], environment: Environment = {}): Promise<Finished> {
    const { file, args: all, env } = this.command(args, environment);
    return run(file, all, { cwd: this.folder, env });
  }

  /** Packages and gives the template that a deployment sends. Throws with the output when that fails. */
  async package(args: readonly string[] = [], environment: Environment = {}): Promise<Template> {
    const { code, output } = await this.serverless(['package', ...args], environment);
    if (code !== 0) throw new Error(`serverless package failed:\n${output}`);
    const template: Template = JSON.parse(
      await readFile(this.packaged('cloudformation-template-update-stack.json'), 'utf8'),
    );
    return template;
  }

  /** Replaces a file of the copy. */
  async write(name: string, content: string): Promise<void> {
    await writeFile(join(this.folder, name), content);
  }

  /** Path of a file that packaging made. */
  packaged(name: string): string {
    return join(this.folder, '.serverless', name);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Runs a program to its end, whatever its exit code. */
export async function run(
  file: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Environment },
): Promise<Finished> {
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
