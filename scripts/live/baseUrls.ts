import type { ICredentialType } from 'n8n-workflow';

import { OdiRouterApi } from '../../credentials/OdiRouterApi.credentials';
import { SeaArtCloudApi } from '../../credentials/SeaArtCloudApi.credentials';
import { ToApisApi } from '../../credentials/ToApisApi.credentials';
import { VtrixApi } from '../../credentials/VtrixApi.credentials';

const CREDENTIALS: readonly ICredentialType[] = [
	new OdiRouterApi(),
	new SeaArtCloudApi(),
	new ToApisApi(),
	new VtrixApi(),
];

/**
 * The address of a real gateway, as its credential has it.
 *
 * @throws Error where there is no such credential
 */
export function realBaseUrl(credentialType: string): string {
	const credential = CREDENTIALS.find(({ name }) => name === credentialType);
	const field = credential?.properties.find(({ name }) => name === 'baseUrl');
	if (typeof field?.default !== 'string') throw new Error(`No base URL in ${credentialType}`);
	return field.default;
}
