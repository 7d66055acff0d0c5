import { type Check, change, ok, warn } from './check';

/** What STAGE is when nobody set it (src/config/environment.ts). */
const UNSET_STAGE = 'local';

/** Which series an installation would push. */
export const configurationCheck: Check = {
  name: 'configuration',
  run: async ({ config: { stage, app } }) =>
    stage === UNSET_STAGE
      ? warn(
          `STAGE is not set, or "${UNSET_STAGE}": pushes as app="${app}", apart from every deployed stage`,
          change('to check a deployment, set STAGE to its stage, such as STAGE=prod'),
        )
      : ok(`stage ${stage}, pushes as app="${app}"`),
};

/** The Data API takes the login from a secret beside the cluster. */
export const regionsCheck: Check = {
  name: 'aws regions',
  run: async ({ config: { database } }) => {
    const cluster = placeOf(database.resourceArn);
    const secret = placeOf(database.secretArn);
    if (cluster.region !== secret.region) {
      return warn(
        `the cluster is in ${cluster.region}, its secret in ${secret.region}: the Data API reads the secret in the cluster's region`,
        change('correct DATABASE_SECRET_ARN, or DATABASE_CLUSTER_ARN'),
      );
    }
    if (cluster.account !== secret.account) {
      return warn(
        `the cluster belongs to the account ${cluster.account}, its secret to ${secret.account}`,
        change('correct DATABASE_SECRET_ARN, or DATABASE_CLUSTER_ARN'),
      );
    }
    return ok(`cluster and secret are in ${cluster.region}`);
  },
};

function placeOf(arn: string): { region: string; account: string } {
  const [, , , region = '', account = ''] = arn.split(':');
  return { region, account };
}
