/** The host page asked for something that cannot be done now, or at all: its promise is rejected with this. */
export class IntegrationError extends Error {
  override name = 'IntegrationError';
}
