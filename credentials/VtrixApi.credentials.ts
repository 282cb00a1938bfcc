import type { IAuthenticateGeneric, Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { bearerKey, gatewayFields } from './shared/gatewayCredential';

export class VtrixApi implements ICredentialType {
	name = 'vtrixApi';

	displayName = 'VTrix API';

	documentationUrl =
		'https://github.com/n8n-nodes-flux-image/n8n-nodes-flux-image#a-key-for-each-gateway';

	icon: Icon = {
		light: 'file:../icons/vtrix.svg',
		dark: 'file:../icons/vtrix.dark.svg',
	};

	properties: INodeProperties[] = gatewayFields('https://cloud.vtrix.ai/model');

	authenticate: IAuthenticateGeneric = bearerKey;
}
