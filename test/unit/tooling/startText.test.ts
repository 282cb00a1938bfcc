import { startText } from '../../../tooling/n8n/startText';
import type { Account } from '../../../tooling/n8n/fixture';

const fixture = {
	n8n: {
		url: 'http://127.0.0.1:5678',
		logFile: '/demo/n8n.log',
		pid: 1,
		stop: async () => await Promise.resolve(),
	},
	login: { email: 'demo@example.com', password: 'Flux1-0' },
	workflowUrls: {
		'Draw a picture': 'http://127.0.0.1:5678/workflow/1',
		'Edit a picture': 'http://127.0.0.1:5678/workflow/2',
	},
};
const EXAMPLES = ['Draw a picture', 'Edit a picture', 'For another gateway'];

const account = (name: string, title: string): Account => ({
	gateway: {
		name,
		title,
		credentialType: `${name}Api`,
		credentialName: `${title} account`,
		baseUrl: `https://${name}.example`,
		modelLike: (id) => id,
	},
	baseUrl: `http://127.0.0.1:4711/${name}`,
	apiKey: 'sandbox-key',
});

const ofSandbox = () =>
	startText(fixture, EXAMPLES, {
		sandbox: [account('seaArtCloud', 'SeaArt Cloud'), account('vtrix', 'VTrix')],
	});

describe('What the demo prints at its start', () => {
	it('begins with the first example, and counts the others that n8n has', () => {
		expect(ofSandbox()).toMatch(/Start here: +http:\/\/127\.0\.0\.1:5678\/workflow\/1\n/);
		expect(ofSandbox()).toMatch(/1 more examples: +http/);
	});

	it('gives what a credential by hand needs: each base URL by its gateway, and the key once', () => {
		const text = ofSandbox();
		expect(text).toMatch(/SeaArt Cloud: +http:\/\/127\.0\.0\.1:4711\/seaArtCloud\n/);
		expect(text).toMatch(/VTrix: +http:\/\/127\.0\.0\.1:4711\/vtrix\n/);
		expect(text.match(/API Key: +sandbox-key\n/g)).toHaveLength(1);
	});

	it('says what of the sandbox and the chat model a stranger would take for a bug', () => {
		expect(ofSandbox()).toMatch(/Pay Once Key makes its picture anew/);
		expect(ofSandbox()).toMatch(/fills Prompt and Aspect Ratio alone/);
	});

	it('tells no key and nothing of the sandbox where a real gateway draws', () => {
		const text = startText(fixture, EXAMPLES, { gateway: 'SeaArt Cloud' });
		expect(text).toContain('Pictures come from SeaArt Cloud, with your key: each costs money.');
		expect(text).not.toMatch(/sandbox|API Key|stand-in/);
	});
});
