import { businessCases } from './business';
import type { AlertCases } from './case';
import { databaseCases } from './database';
import { foldCases } from './fold';
import { jobCases } from './jobs';
import { naverCases } from './naver';
import { pipelineCases } from './pipeline';
import { requestCases } from './requests';
import { serviceCases } from './services';

/** The cases of every alert, by its name. */
export const cases: Readonly<Record<string, AlertCases>> = {
  ...serviceCases,
  ...requestCases,
  ...naverCases,
  ...jobCases,
  ...foldCases,
  ...pipelineCases,
  ...businessCases,
  ...databaseCases,
};
