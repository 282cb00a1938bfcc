import type { IAuthenticateGeneric, Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { bearerKey, gatewayFields } from './shared/gatewayCredential';

export class ToApisApi implements ICredentialType {
	name = 'toApisApi';

	displayName = 'ToAPIs API';

	documentationUrl =
		'https://github.com/n8n-nodes-flux-image/n8n-nodes-flux-image#a-key-for-each-gateway';

	icon: Icon = {
		light: 'file:../icons/toApis.svg',
		dark: 'file:../icons/toApis.dark.svg',
	};

	properties: INodeProperties[] = gatewayFields('https://toapis.com');

	authenticate: IAuthenticateGeneric = bearerKey;
}
