import { MIXES, type Mix } from './generator/mixes.ts'

/** `browse` without its uploads: a photo's renditions cost as much CPU as a thousand requests, and are the worker's, not the app servers'. */
export const BROWSE_WITHOUT_UPLOADS: Mix = { weights: MIXES.browse.weights, perSecond: {} }
