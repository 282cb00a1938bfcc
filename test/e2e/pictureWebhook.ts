import { request } from 'undici';
import { chainOf } from '../n8n/chain';
import { webhooksAt } from '../n8n/webhooks';
import { fixture } from './fixture';
import type { OwnN8n } from './ownN8n';

/** The node as it is named in an n8n where it is a community package. */
const NODE_TYPE = 'n8n-nodes-flux-image.fluxImage';
const PATH = 'lighthouse';

/**
 * Saves a credential of the sandbox, and publishes a workflow whose webhook makes a picture of the
 * prompt that it is sent.
 *
 * @throws where n8n does not know the node
 */
export async function publishPicture({ rest }: OwnN8n): Promise<void> {
	const { baseUrls, key } = fixture.sandbox;
	const name = 'SeaArt Cloud account';
	const data = { apiKey: key, baseUrl: baseUrls.seaArtCloud };
	const id = await rest.saveCredential(name, 'seaArtCloudApi', data);
	const parameters = {
		...{ gateway: 'seaArtCloud', resource: 'image', operation: 'generateAndWait' },
		...{ model: 'flux_kontext_max', prompt: '={{ $json.body.prompt }}', aspectRatio: '1:1' },
	};
	const webhook = { httpMethod: 'POST', path: PATH, responseMode: 'lastNode', options: {} };
	const saved = await rest.createWorkflow(
		chainOf('Lighthouse', [
			{
				...{ name: 'Webhook', type: 'n8n-nodes-base.webhook', typeVersion: 2 },
				...{ webhookId: PATH, parameters: webhook },
			},
			{
				...{ name: 'FLUX Image', type: NODE_TYPE, typeVersion: 1, parameters },
				credentials: { seaArtCloudApi: { id, name } },
			},
		]),
	);
	await rest.publish(saved);
}

/**
 * Has that workflow make a picture; gives its file's name.
 *
 * @throws where none was made
 */
export async function draw({ url }: OwnN8n, prompt: string): Promise<string> {
	const answer = await webhooksAt(url).post(PATH, { prompt });
	const { fileName } = answer.json() as { fileName?: string };
	if (!fileName) throw new Error('There is no picture');
	return fileName;
}

/** Whether n8n has the node now, as its editor is told. */
export async function hasNode({ url, rest }: OwnN8n): Promise<boolean> {
	const response = await request(`${url}/types/nodes.json`, { headers: { cookie: rest.session } });
	const types = (await response.body.json()) as Array<{ name: string }>;
	return types.some(({ name }) => name === NODE_TYPE);
}
