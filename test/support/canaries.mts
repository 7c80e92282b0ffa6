/** Secrets that must not appear anywhere after a test. They need encoding in a URL. */
export const CANARIES = {
	instanceId: 'INSTANCE-1',
	token: 'canary/token?A1',
	clientToken: 'canary client token B2',
};
