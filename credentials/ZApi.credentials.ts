import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';
import { authenticate, DEFAULT_BASE_URL } from '../nodes/shared/transport/connection';

/** Access to one Z-API instance. The connection test is `testConnection`, run by the node. */
export class ZApi implements ICredentialType {
	name = 'zApi';

	displayName = 'Z-API WhatsApp API';

	icon: Icon = { light: 'file:../icons/pin.svg', dark: 'file:../icons/pin.dark.svg' };

	documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-zapi-pin-message#credential';

	properties: INodeProperties[] = [
		{
			displayName: 'Instance ID',
			name: 'instanceId',
			type: 'string',
			default: '',
			placeholder: 'e.g. 3C67AB641C8AA0412F6A2242B4E2AC7F',
			hint: "In the Z-API panel, open Instances (Instâncias) and your instance. You can leave it empty if you paste the whole URL of the instance into 'Instance Token'.",
		},
		{
			displayName: 'Instance Token',
			name: 'token',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			placeholder: 'e.g. F8BA54D2A8B1C7F0E3D92A67',
			hint: 'Next to the ID of the instance in the Z-API panel. You can also paste the whole URL of the instance here.',
		},
		{
			displayName: 'Client-Token',
			name: 'clientToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'e.g. F1d2c3b4a5968778695a4b3c2d1e0f00S',
			hint: 'The account security token, from Security (Segurança) in the Z-API panel. Leave it empty if it is not activated there. It is not the instance token.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: DEFAULT_BASE_URL,
			placeholder: 'e.g. https://proxy.example.com',
			hint: 'Change it only for a proxy, or for the sandbox of this package',
		},
	];

	authenticate = authenticate;
}
