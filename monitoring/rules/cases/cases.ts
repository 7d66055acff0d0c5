import { businessCases } from './business';
import type { AlertCases } from './case';
import { connectionCases } from './connections';
import { databaseCases } from './database';
import { errorCases } from './errors';
import { foldCases } from './fold';
import { jobCases } from './jobs';
import { latencyCases } from './latency';
import { naverCases } from './naver';
import { pipelineCases } from './pipeline';
import { serviceCases } from './services';

/** The cases of every alert, by its name. */
export const cases: Readonly<Record<string, AlertCases>> = {
  ...serviceCases,
  ...connectionCases,
  ...errorCases,
  ...latencyCases,
  ...naverCases,
  ...jobCases,
  ...foldCases,
  ...pipelineCases,
  ...businessCases,
  ...databaseCases,
};
