import type { BuildOptions } from 'esbuild';

/** How a function is bundled when it is deployed: `custom.esbuild` of serverless.yml. */
export const AS_DEPLOYED = {
  bundle: true,
  minify: true,
  keepNames: true,
  platform: 'node',
  target: 'node24',
  mainFields: ['module', 'main'],
} satisfies BuildOptions;
