import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';
import { authenticate, DEFAULT_BASE_URL } from '../nodes/shared/connection';

/** Access to one Z-API instance. The connection test is `testConnection`, run by the node. */
export class ZApi implements ICredentialType {
	name = 'zApi';

	displayName = 'Z-API WhatsApp API';

	icon: Icon = { light: 'file:../icons/pin.svg', dark: 'file:../icons/pin.dark.svg' };

	documentationUrl = 'https://developer.z-api.io';

	properties: INodeProperties[] = [
		{
			displayName: 'Instance ID',
			name: 'instanceId',
			type: 'string',
			default: '',
			required: true,
			description: 'The ID of your instance, in the Z-API panel under Instances',
		},
		{
			displayName: 'Instance Token',
			name: 'token',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'The token of your instance, next to its ID in the Z-API panel',
		},
		{
			displayName: 'Client-Token',
			name: 'clientToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Needed once the account security token is activated, in the Security tab of the Z-API panel. Not the instance token.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: DEFAULT_BASE_URL,
			description: 'Change it only for a proxy or for the sandbox of this package',
		},
	];

	authenticate = authenticate;
}
