import type { IAuthenticateGeneric, INodeProperties } from 'n8n-workflow';

/** How every gateway takes its key: `Authorization: Bearer KEY` (docs/contracts/queue.md#addresses). */
export const bearerKey: IAuthenticateGeneric = {
	type: 'generic',
	properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey}}' } },
};

/**
 * The two fields of every gateway's credential.
 *
 * @param baseUrl that of the gateway's API; on its host are the pages where keys are made, too
 */
export function gatewayFields(baseUrl: string): INodeProperties[] {
	const site = new URL(baseUrl).origin;
	return [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			hint: `Made in your account at <a href="${site}" target="_blank">${new URL(site).host}</a>, on its page for API keys`,
			description: 'It is sent to the Base URL and nowhere else',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: baseUrl,
			required: true,
			description: 'Change it only for a proxy, a regional host, or a local sandbox',
		},
	];
}
