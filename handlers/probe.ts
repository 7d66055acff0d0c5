import userConfig from '../reviewmaps.config';
import { createHandler } from '../src/run';

export const handler = createHandler('probe', process.env, userConfig);
