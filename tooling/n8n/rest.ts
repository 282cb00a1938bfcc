import { request } from 'undici';
import type { Workflow } from './workflow-files';

/** The account that the demo and the tests make. */
export interface Login {
	email: string;
	password: string;
}

interface Named {
	id: string;
	name: string;
}

interface SavedWorkflow extends Named {
	versionId: string;
}

/**
 * n8n's internal REST interface, as its editor uses it, for one account. Every method throws where
 * n8n answers with an error, with the call and n8n's message.
 */
export class N8nRest {
	/** @param cookie that of a session which another instance has begun; n8n 1 limits log-ins */
	constructor(
		private readonly url: string,
		private cookie = '',
	) {}

	/** The cookie of the session, once it has been entered. */
	get session(): string {
		return this.cookie;
	}

	/** Makes the owner account of a new n8n, or logs in where there is one already. */
	async enter(login: Login): Promise<void> {
		const { userManagement } = await this.call<{
			userManagement: { showSetupOnFirstLoad: boolean };
		}>('GET', 'settings');
		if (userManagement.showSetupOnFirstLoad) {
			const owner = { ...login, firstName: 'Flux', lastName: 'Image' };
			await this.call('POST', 'owner/setup', owner);
		} else {
			const { email, password } = login;
			await this.call('POST', 'login', { emailOrLdapLoginId: email, password });
		}
	}

	/** Writes a credential, over the one of the same name if there is one; returns its id. */
	async saveCredential(name: string, type: string, data: object): Promise<string> {
		const existing = (await this.call<Named[]>('GET', 'credentials')).find(
			(credential) => credential.name === name,
		);
		const { id } = existing
			? await this.call<Named>('PATCH', `credentials/${existing.id}`, { name, type, data })
			: await this.call<Named>('POST', 'credentials', { name, type, data });
		return id;
	}

	/** The workflows that n8n holds. */
	async listWorkflows(): Promise<Named[]> {
		return await this.call<Named[]>('GET', 'workflows');
	}

	/** Saves a new workflow. */
	async createWorkflow(workflow: Workflow): Promise<SavedWorkflow> {
		return await this.call<SavedWorkflow>('POST', 'workflows', { ...workflow, active: false });
	}

	/** Makes the workflow's triggers live. n8n 2 calls it publishing, n8n 1 activating. */
	async publish({ id, versionId }: SavedWorkflow): Promise<void> {
		await this.call('POST', `workflows/${id}/activate`, { versionId });
	}

	/** Any other call; the path is below `/rest/`. */
	async call<Data>(method: 'GET' | 'POST' | 'PATCH', path: string, body?: object) {
		const bytes = await this.send(method, path, body);
		return (JSON.parse(bytes.toString()) as { data: Data }).data;
	}

	/** The bytes of a binary field, by the id that n8n gave it. */
	async download(binaryId: string): Promise<Buffer> {
		const query = new URLSearchParams({ id: binaryId, action: 'download' });
		return await this.send('GET', `binary-data?${query.toString()}`);
	}

	private async send(method: 'GET' | 'POST' | 'PATCH', path: string, body?: object) {
		const response = await request(`${this.url}/rest/${path}`, {
			method,
			headers: { 'content-type': 'application/json', cookie: this.cookie },
			body: body ? JSON.stringify(body) : null,
		});
		const bytes = Buffer.from(await response.body.arrayBuffer());
		if (response.statusCode >= 400) {
			throw new Error(
				`n8n answered ${method} ${path} with ${response.statusCode}: ${bytes.toString()}`,
			);
		}
		const cookies = [response.headers['set-cookie'] ?? []].flat();
		if (cookies.length > 0) this.cookie = cookies.map((line) => line.split(';')[0]).join('; ');
		return bytes;
	}
}
