/** Has had every kind of event. */
export const NOISY = 'reviewmaps-server';
/** Answers, and has had no error, call or run yet: none of those series exist. */
export const QUIET = 'reviewmaps-server-dev';
/** An alert that belongs to no application, such as one about the gateway. */
export const ALERTS_OF_NOBODY = 'GatewayDown';
