// Only n8n 2 has this protection, so the file stands apart from what runs with n8n 1 (npm run test:core).
// Before n8n is loaded, which reads it once.
process.env.N8N_SSRF_PROTECTION_ENABLED = 'true';
process.env.N8N_SSRF_ALLOWED_HOSTNAMES = 'localhost';

import { fetchInputImage } from '../../../nodes/FluxImage/images/fetchInput';
import { inHeldTime, nodePorts } from '../../engine/heldTime';
import { clientThrough, inExecution } from '../client/inExecution';
import { serve } from '../client/localServer';

const PNG = Buffer.from('89504e470d0a1a0a0000000049454e44ae426082', 'hex');

/** What comes of an input image at an address. */
async function fetched(url: string) {
	return await inExecution('http://localhost:1', async ({ http }) => {
		const { client, clock } = clientThrough(http);
		const image = {
			form: 'fetchedUrl',
			url,
			digest: url,
			name: 'Input Images 1',
			maximumBytes: 1_000,
		} as const;
		const until = { deadlineMs: clock.nowMs() + 100_000, signal: new AbortController().signal };
		return await fetchInputImage(client, image, until);
	});
}

describe("an input image where n8n's SSRF protection is on", () => {
	it('is fetched from a host that is allowed', async () => {
		const server = await serve((response) => response.end(PNG));
		const { value } = await fetched(`http://localhost:${server.port}/a.png`);
		await server.close();
		expect(value).toBe(PNG.toString('base64'));
	});

	/** What is refused of an address, or of what it redirects to; the host behind it must not be asked. */
	async function refusal(way: 'directly' | 'by a redirect') {
		const inner = await serve((response) => response.end(PNG));
		const outer = await serve((response) =>
			response.writeHead(302, { location: `${inner.url}/secret` }).end(),
		);
		const url = way === 'directly' ? inner.url : `http://localhost:${outer.port}/moved`;
		const { problem } = await inHeldTime(async () => await fetched(url), 200);
		await Promise.all([inner.close(), outer.close()]);
		expect(inner.requests).toEqual([]);
		return problem;
	}

	it.each(['directly', 'by a redirect'] as const)(
		"is not fetched %s from one that is not, in n8n's words",
		async (way) => {
			expect(await refusal(way)).toMatchObject({
				kind: 'inputImageUnavailable',
				reason: expect.stringContaining('The request was blocked because'),
			});
		},
	);

	it('is refused at once, since that does not pass', async () => {
		const startMs = nodePorts().clock.nowMs();
		await refusal('directly');
		expect(nodePorts().clock.nowMs() - startMs).toBeLessThan(5_000);
	});
});
