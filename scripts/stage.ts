import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Sandbox } from '../test/sandbox';
import { readGateways, type Gateway } from './gateways';
import { installCommunityPackage } from './n8n/community-package';
import { ensureN8n, type N8nLine } from './n8n/install';
import { N8nRest, type Login } from './n8n/rest';
import { startN8n, type N8nServer } from './n8n/server';
import { canBePublished, mapNodes, readWorkflows, type Workflow } from './n8n/workflow-files';

export const PROJECT = join(__dirname, '..');
/** The node, and what n8n makes of it for AI agents. */
const NODE_TYPES = ['n8n-nodes-flux-image.fluxImage', 'n8n-nodes-flux-image.fluxImageTool'];

/** Where a gateway's tasks go, and with which key. */
export interface Account {
	gateway: Gateway;
	baseUrl: string;
	apiKey: string;
}

export interface StageOptions {
	line: N8nLine;
	/** n8n's data; kept between runs by whoever wants to. */
	userFolder: string;
	port: number;
	/** One credential is made for each. */
	accounts: Account[];
	/** The gateway that the example workflows are set to; absent: as they are in their files. */
	gateway?: Gateway | undefined;
	/** Settings of n8n beyond those that every stage has. */
	environment?: Record<string, string>;
}

/** An n8n with the node, an owner, credentials and the example workflows in it. */
export interface Stage {
	n8n: N8nServer;
	login: Login;
	/** Addresses of the workflows in the editor, by name. */
	workflowUrls: Record<string, string>;
}

/** Starts n8n and puts everything in place; what is there from an earlier run stays as it is. */
export async function startStage(options: StageOptions): Promise<Stage> {
	const installed = await ensureN8n(options.line);
	await installCommunityPackage(PROJECT, options.userFolder);
	const n8n = await startN8n(installed, options.userFolder, options.port, options.environment);
	try {
		const login = await readLogin(options.userFolder);
		const rest = new N8nRest(n8n.url);
		await rest.enter(login);
		const credentialIds = await saveCredentials(rest, options.accounts);
		const ids = await saveWorkflows(rest, credentialIds, options.gateway);
		const workflowUrls = Object.fromEntries(
			[...ids].map(([name, id]) => [name, `${n8n.url}/workflow/${id}`]),
		);
		return { n8n, login, workflowUrls };
	} catch (error) {
		await n8n.stop();
		throw error;
	}
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

async function saveCredentials(rest: N8nRest, accounts: Account[]): Promise<Map<string, string>> {
	const ids = new Map<string, string>();
	for (const { gateway, apiKey, baseUrl } of accounts) {
		const { credentialName, credentialType } = gateway;
		const data = { apiKey, baseUrl };
		ids.set(credentialType, await rest.saveCredential(credentialName, credentialType, data));
	}
	return ids;
}

async function saveWorkflows(
	rest: N8nRest,
	credentialIds: Map<string, string>,
	gateway: Gateway | undefined,
): Promise<Map<string, string>> {
	const ids = new Map((await rest.listWorkflows()).map(({ id, name }) => [name, id]));
	for (const workflow of await readWorkflows(join(PROJECT, 'workflows'))) {
		if (ids.has(workflow.name)) continue;
		const aimed = gateway ? setGateway(workflow, gateway) : workflow;
		const saved = await rest.createWorkflow(fillCredentials(aimed, credentialIds));
		if (canBePublished(workflow)) await rest.publish(saved);
		ids.set(workflow.name, saved.id);
	}
	return ids;
}

function setGateway(workflow: Workflow, { name, credentialType, credentialName }: Gateway) {
	return mapNodes(workflow, (node) =>
		NODE_TYPES.includes(node.type)
			? {
					...node,
					parameters: { ...node.parameters, gateway: name },
					credentials: { [credentialType]: { id: null, name: credentialName } },
				}
			: node,
	);
}

/** The files name their credentials without an id, since every n8n has its own. */
function fillCredentials(workflow: Workflow, ids: Map<string, string>): Workflow {
	return mapNodes(workflow, (node) => ({
		...node,
		credentials: Object.fromEntries(
			Object.entries(node.credentials ?? {}).map(([type, { name }]) => [
				type,
				{ id: ids.get(type) ?? null, name },
			]),
		),
	}));
}
