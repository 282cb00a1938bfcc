import type { IAuthenticateGeneric, Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { bearerKey, gatewayFields } from './shared/gatewayCredential';

export class SeaArtCloudApi implements ICredentialType {
	name = 'seaArtCloudApi';

	displayName = 'SeaArt Cloud API';

	documentationUrl =
		'https://github.com/n8n-nodes-flux-image/n8n-nodes-flux-image#a-key-for-each-gateway';

	icon: Icon = {
		light: 'file:../icons/seaArtCloud.svg',
		dark: 'file:../icons/seaArtCloud.dark.svg',
	};

	properties: INodeProperties[] = gatewayFields('https://cloud.seaart.ai/model');

	authenticate: IAuthenticateGeneric = bearerKey;
}
