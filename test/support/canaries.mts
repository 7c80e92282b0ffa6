/** Secrets that must not be found anywhere after a test. They need encoding in a URL. */
export const CANARIES = {
	instanceId: 'INSTANCE-1',
	token: 'canary/token?A1',
	clientToken: 'canary client token B2',
};
