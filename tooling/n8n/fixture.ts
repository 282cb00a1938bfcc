import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Sandbox } from '../../sandbox';
import { readGateways, type Gateway } from '../gateways';
import { installCommunityPackage } from './community-package';
import { filesFolder } from './environment';
import { saveExampleTable } from './example-table';
import { saveWorkflows } from './example-workflows';
import { ensureN8n, type N8nLine } from './install';
import { N8nRest, type Login } from './rest';
import { startN8n, type N8nServer } from './server';
import { readWorkflows } from './workflow-files';

export const PROJECT = join(__dirname, '..', '..');

/** A credential of an n8n, by the name that the example workflows know it by. */
export interface Credential {
	name: string;
	type: string;
	data: Record<string, unknown>;
}

/** Where a gateway's tasks go, and with which key. */
export interface Account {
	gateway: Gateway;
	baseUrl: string;
	apiKey: string;
}

export interface N8nFixtureOptions {
	line: N8nLine;
	/** n8n's data; kept between runs by whoever wants to. */
	userFolder: string;
	port: number;
	/** One credential is made for each. */
	accounts: Account[];
	/** The gateway that the example workflows are set to; absent: as they are in their files. */
	gateway?: Gateway | undefined;
	/** Further credentials, for nodes other than ours. */
	credentials?: Credential[];
	/** Values for the Settings nodes of the example workflows, by field. */
	settings?: Record<string, string>;
	/** Settings of n8n beyond those that every fixture has. */
	environment?: Record<string, string>;
	/** Whether n8n's log goes on behind that of the last run. Default: it is begun anew. */
	keepLog?: boolean;
}

/** An n8n with the node, an owner, credentials and the example workflows in it. */
export interface Fixture {
	n8n: N8nServer;
	login: Login;
	/** The cookie of a session of the owner. */
	session: string;
	/** A key for n8n's public API. */
	apiKey: string;
	/** Addresses of the workflows in the editor, by name. */
	workflowUrls: Record<string, string>;
}

/** Starts n8n and puts everything in place; what is there from an earlier run stays as it is. */
export async function startN8nFixture(options: N8nFixtureOptions): Promise<Fixture> {
	const installed = await ensureN8n(options.line);
	await installCommunityPackage(PROJECT, options.userFolder);
	const { userFolder, port, environment, keepLog } = options;
	const n8n = await startN8n(installed, userFolder, port, environment, keepLog);
	try {
		const login = await readLogin(options.userFolder);
		const rest = new N8nRest(n8n.url);
		await rest.enter(login);
		const access = await createApiAccess(rest, n8n.url);
		const ids = await furnish(rest, access, options);
		const workflowUrls = Object.fromEntries(
			[...ids].map(([name, id]) => [name, `${n8n.url}/workflow/${id}`]),
		);
		const { apiKey } = access;
		return { n8n, login, session: rest.session, apiKey, workflowUrls };
	} catch (error) {
		await n8n.stop();
		throw error;
	}
}

/** Puts credentials and example workflows into an n8n; returns the workflows' ids by name. */
async function furnish(rest: N8nRest, access: ApiAccess, options: N8nFixtureOptions) {
	const { userFolder, gateway, accounts, credentials = [] } = options;
	const folder = filesFolder(userFolder);
	await mkdir(folder, { recursive: true });
	const credentialIds = await saveCredentials(rest, [
		...accounts.map(credentialOf),
		...credentials,
		{ name: 'n8n account', type: 'n8nApi', data: { ...access } },
	]);
	return await saveWorkflows(rest, await readWorkflows(join(PROJECT, 'workflows')), {
		credentialIds,
		settings: {
			folder,
			table: await saveExampleTable(rest),
			...(gateway ? { gateway: gateway.name } : {}),
			...options.settings,
		},
		gateway,
		gateways: packagedGateways(),
	});
}

function credentialOf({ gateway, apiKey, baseUrl }: Account): Credential {
	const { credentialName: name, credentialType: type } = gateway;
	return { name, type, data: { apiKey, baseUrl } };
}

/** What n8n's credential for its own public API holds. */
interface ApiAccess {
	apiKey: string;
	baseUrl: string;
}

/** A new key at each start, since n8n never shows an old one again. */
async function createApiAccess(rest: N8nRest, url: string): Promise<ApiAccess> {
	const scopes = await rest.call<string[]>('GET', 'api-keys/scopes');
	const { rawApiKey } = await rest.call<{ rawApiKey: string }>('POST', 'api-keys', {
		label: `Example workflows, ${new Date().toISOString()}`,
		scopes,
		expiresAt: null,
	});
	return { apiKey: rawApiKey, baseUrl: `${url}/api/v1` };
}

/** The gateways that the built package offers. */
export function packagedGateways(): Gateway[] {
	return readGateways(PROJECT);
}

/** An account at the sandbox for every gateway of the package that the sandbox speaks. */
export function sandboxAccounts({ baseUrls, keys }: Sandbox): Account[] {
	const addresses: Record<string, string> = baseUrls;
	return packagedGateways().flatMap((gateway) => {
		const baseUrl = addresses[gateway.name];
		return baseUrl ? [{ gateway, baseUrl, apiKey: keys.valid }] : [];
	});
}

/** The password is drawn once for each data folder: whoever knows it can spend a real key. */
async function readLogin(userFolder: string): Promise<Login> {
	const file = join(userFolder, 'login.json');
	const saved = await readFile(file, 'utf8').catch(() => undefined);
	if (saved) return JSON.parse(saved) as Login;
	// n8n wants a capital letter and a digit in it.
	const login = { email: 'demo@example.com', password: `Flux1-${randomBytes(6).toString('hex')}` };
	await mkdir(userFolder, { recursive: true });
	await writeFile(file, JSON.stringify(login), { mode: 0o600 });
	return login;
}

async function saveCredentials(rest: N8nRest, credentials: readonly Credential[]) {
	const ids = new Map<string, string>();
	for (const { name, type, data } of credentials) {
		ids.set(type, await rest.saveCredential(name, type, data));
	}
	return ids;
}
