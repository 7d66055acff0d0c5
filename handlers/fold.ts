import userConfig from '../reviewmaps.config';
import { createHandler } from '../src/run';

export const handler = createHandler('fold', process.env, userConfig);
