/** Apart from the schemas, so that a page that lists them loads no schema. */
export const REPORT_REASONS = ['spam', 'nudity', 'violence', 'harassment', 'other'] as const
