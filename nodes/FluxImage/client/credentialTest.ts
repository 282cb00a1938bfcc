import type {
	ICredentialTestFunctions,
	ICredentialsDecrypted,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { GATEWAYS } from '../gateways';
import type { Gateway, GatewayReply } from '../gateways/gateway';
import { MESSAGES } from '../core/messages';
import { credentialOf, type CredentialError, type GatewayCredential } from './credential';
import { networkProblem } from './networkProblem';
import { redactor } from './redaction';
import { readBody, readHeaders } from './headers';

/** How long the Test button waits, in milliseconds; a person is looking at it. */
const TEST_TIMEOUT_MS = 15_000;

type CredentialTest = (
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
) => Promise<INodeCredentialTestResult>;

/** What n8n's Test button runs, by credential type. */
export const credentialTests: Record<string, CredentialTest> = Object.fromEntries(
	Object.values(GATEWAYS).map((gateway) => [gateway.credentialType, testOf(gateway)]),
);

function testOf(gateway: Gateway): CredentialTest {
	return async function (credential) {
		let opened: GatewayCredential;
		try {
			opened = credentialOf(gateway, credential.data ?? {});
		} catch (error) {
			return failed(`${(error as CredentialError).message}.`);
		}
		const { baseUrl, apiKey } = opened;
		const redact = redactor(apiKey);
		try {
			const reply = await probe(this, gateway, baseUrl, apiKey);
			const problem = gateway.readProbe(reply);
			if (!problem && (await takesAnyKey(this, gateway, baseUrl, reply))) {
				return failed(ANY_KEY.replace('{host}', new URL(baseUrl).host));
			}
			if (!problem) return { status: 'OK', message: 'The key works. Nothing was billed.' };
			const { message, remedy } = MESSAGES[problem.kind];
			const reason = problem.reason ? ` (${redact.text(problem.reason)})` : '';
			return failed(`${message.replace('{gateway}', gateway.displayName)}${reason}. ${remedy}`);
		} catch (error) {
			const { code, reason } = networkProblem(error, redact);
			const { host } = new URL(baseUrl);
			const told = `${host} could not be reached (${code ?? reason}). Check the Base URL.`;
			return failed([told, gateway.addresses].filter(Boolean).join(' '));
		}
	};
}

/** A key in the usual form that no gateway can have given: whoever takes it has not looked at it. */
const IMPOSSIBLE_KEY = `sk-${'0'.repeat(48)}`;

const ANY_KEY =
	'{host} gives the same answer to a key that cannot be right, so nobody there looks at the key. Check the Base URL: its host, and its path such as /model.';

/**
 * Whether the host answers a key that cannot be right as it answered the person's. A wrong path says
 * "not found" to everybody, as another server does, and that reads like "no such task". A second call
 * that goes wrong by itself is another answer.
 */
async function takesAnyKey(
	context: ICredentialTestFunctions,
	gateway: Gateway,
	baseUrl: string,
	{ statusCode }: GatewayReply,
): Promise<boolean> {
	try {
		const reply = await probe(context, gateway, baseUrl, IMPOSSIBLE_KEY);
		return reply.statusCode === statusCode && gateway.readProbe(reply) === undefined;
	} catch {
		return false;
	}
}

/** The only door that n8n gives a credential test; it has no helper with authentication. */
async function probe(
	{ helpers: { request } }: ICredentialTestFunctions,
	gateway: Gateway,
	baseUrl: string,
	apiKey: string,
) {
	const { method, path } = gateway.credentialProbe();
	const response = (await request({
		method,
		uri: `${baseUrl}${path}`,
		headers: { Authorization: `Bearer ${apiKey}`, Accept: 'application/json' },
		timeout: TEST_TIMEOUT_MS,
		followRedirect: false,
		simple: false,
		resolveWithFullResponse: true,
	})) as { statusCode: number; headers: object; body: unknown };
	return {
		statusCode: response.statusCode,
		headers: readHeaders(response.headers),
		body: readBody(response.body),
	};
}

const failed = (message: string): INodeCredentialTestResult => ({ status: 'Error', message });
