import type {
	ICredentialDataDecryptedObject,
	ICredentialsExpressionResolveValues,
	ICredentialsHelper,
	IHttpRequestOptions,
	INodeParameters,
} from 'n8n-workflow';

import { credentials as credentialTypes } from '../credentials';

/** A credential's fields by its type. */
export type Credentials = Record<string, ICredentialDataDecryptedObject>;

/** Sees each API call at the moment when n8n puts the key to it, just before it is sent. */
export type OnCall = (options: IHttpRequestOptions, apiKey: string) => void;

/** n8n's own way with credentials, less its database: the generic bearer of the credential files. */
export function credentialsHelper(credentials: Credentials, onCall?: OnCall): ICredentialsHelper {
	const helper: Partial<Record<keyof ICredentialsHelper, unknown>> = {
		getParentTypes: () => [],
		isCredentialUsableByNode: () => true,
		getDecrypted: async (...[, , type, , , , by]: Parameters<ICredentialsHelper['getDecrypted']>) =>
			resolved({ ...credentials[type] }, by),
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
			onCall?.(options, String(apiKey));
			const Authorization = `Bearer ${String(apiKey)}`;
			return { ...options, headers: { ...options.headers, Authorization } };
		},
	};
	return helper as unknown as ICredentialsHelper;
}

/** A field may be an expression of the item for which the node reads the credential. */
function resolved(
	fields: ICredentialDataDecryptedObject,
	by: ICredentialsExpressionResolveValues | undefined,
): ICredentialDataDecryptedObject {
	if (!by) return fields;
	return by.workflow.expression.getParameterValue(
		fields as INodeParameters,
		by.runExecutionData,
		by.runIndex,
		by.itemIndex,
		by.node.name,
		by.connectionInputData,
		'internal',
		{},
	) as ICredentialDataDecryptedObject;
}
