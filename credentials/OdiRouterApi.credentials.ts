import type { IAuthenticateGeneric, Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { bearerKey, gatewayFields } from './shared/gatewayCredential';

export class OdiRouterApi implements ICredentialType {
	name = 'odiRouterApi';

	displayName = 'OdiRouter API';

	documentationUrl =
		'https://github.com/n8n-nodes-flux-image/n8n-nodes-flux-image#a-key-for-each-gateway';

	icon: Icon = {
		light: 'file:../icons/odiRouter.svg',
		dark: 'file:../icons/odiRouter.dark.svg',
	};

	properties: INodeProperties[] = gatewayFields('https://odirouter.ai/model');

	authenticate: IAuthenticateGeneric = bearerKey;
}
