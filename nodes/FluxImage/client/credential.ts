import type { ICredentialDataDecryptedObject, IExecuteFunctions } from 'n8n-workflow';

import type { Gateway } from '../gateways/gateway';

/** A credential as it was when the item began: what changes meanwhile is of the next run. */
export interface GatewayCredential {
	/** Made fit for `GatewayRequest.path`. */
	readonly baseUrl: string;
	/** The bare key. */
	readonly apiKey: string;
	/** As n8n's helper takes it. */
	readonly data: ICredentialDataDecryptedObject;
}

/** What is wrong with a credential, before anything is sent. */
export class CredentialError extends Error {
	override readonly name = 'CredentialError';
}

/**
 * Reads an item's credential: the key may be an expression of the item.
 *
 * @throws CredentialError where key or address cannot be one; NodeOperationError where the node has no
 * credential for the gateway (n8n's own error)
 */
export async function readCredential(
	context: IExecuteFunctions,
	gateway: Gateway,
	itemIndex: number,
): Promise<GatewayCredential> {
	const data = await context.getCredentials<ICredentialDataDecryptedObject>(
		gateway.credentialType,
		itemIndex,
	);
	return credentialOf(gateway, data);
}

/**
 * The key and the address of a credential, as people paste them.
 *
 * @throws CredentialError where one of them cannot be it
 */
export function credentialOf(
	gateway: Gateway,
	data: ICredentialDataDecryptedObject,
): GatewayCredential {
	const apiKey = bareKey(String(data['apiKey'] ?? ''));
	if (apiKey === '') throw new CredentialError('The credential has no API key');
	const baseUrl = gateway.normalizeBaseUrl(String(data['baseUrl'] ?? ''));
	if (!/^https?:\/\//i.test(baseUrl) || !URL.canParse(baseUrl)) {
		throw new CredentialError(
			`Base URL is not an address: "${withoutUser(baseUrl)}"${lacksScheme(baseUrl) ? ', since it lacks https:// before it' : ''}`,
		);
	}
	// With a name in it, the address would take the key's place in the Authorization header.
	const { username, password } = new URL(baseUrl);
	if (username !== '' || password !== '') {
		throw new CredentialError(
			`Base URL must not hold a name and a password, but is "${withoutUser(baseUrl)}" with both before it`,
		);
	}
	return { baseUrl, apiKey, data: { ...data, apiKey } };
}

/** People paste `Bearer sk-…`, quotes, blanks and line ends along with the key. */
function bareKey(pasted: string): string {
	const key = pasted
		.replace(/^(["'`])(.*)\1$/s, '$2')
		.replace(/^(authorization:\s*)?bearer(\s|$)/i, '')
		.trim();
	return key === pasted ? key : bareKey(key);
}

/** Whether it is what a browser's address bar shows: all of an address but its beginning. */
const lacksScheme = (address: string) =>
	/^[^\s:/?#]+\.[^\s:/?#]+([:/]|$)/.test(address) && URL.canParse(`https://${address}`);

const withoutUser = (address: string) => address.replace(/\/\/[^/]*@/, '//');
