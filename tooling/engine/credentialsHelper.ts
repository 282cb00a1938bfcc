import type {
	ICredentialDataDecryptedObject,
	ICredentialsHelper,
	IHttpRequestOptions,
} from 'n8n-workflow';

import { credentials as credentialTypes } from '../credentials';

/** A credential's fields by its type. */
export type Credentials = Record<string, ICredentialDataDecryptedObject>;

/** Sees each API call at the moment when n8n puts the key to it, just before it is sent. */
export type OnCall = (options: IHttpRequestOptions) => void;

/** n8n's own way with credentials, less its database: the generic bearer of the credential files. */
export function credentialsHelper(credentials: Credentials, onCall?: OnCall): ICredentialsHelper {
	const helper: Partial<Record<keyof ICredentialsHelper, unknown>> = {
		getParentTypes: () => [],
		isCredentialUsableByNode: () => true,
		getDecrypted: async (_data: unknown, _node: unknown, type: string) => ({
			...credentials[type],
		}),
		preAuthentication: async () => undefined,
		runPreAuthentication: async () => undefined,
		getCredentials: async (_node: unknown, type: string) => ({
			id: type,
			name: type,
			type,
			data: '',
		}),
		getCredentialsProperties: (type: string) =>
			credentialTypes.find(({ name }) => name === type)?.properties ?? [],
		authenticate: async (
			{ apiKey }: ICredentialDataDecryptedObject,
			_type: string,
			options: IHttpRequestOptions,
		) => {
			onCall?.(options);
			const Authorization = `Bearer ${String(apiKey)}`;
			return { ...options, headers: { ...options.headers, Authorization } };
		},
	};
	return helper as unknown as ICredentialsHelper;
}
