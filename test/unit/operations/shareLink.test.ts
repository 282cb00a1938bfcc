import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import type { Item } from '../../../nodes/FluxImage/operations/operation';
import { shareFields } from '../../../nodes/FluxImage/operations/shareLink';
import { TaskHarness } from '../tasks/taskHarness';

type Helpers = Partial<IExecuteFunctions['helpers']>;

const STORED: IBinaryData = { id: 'filesystem-v2:a', data: 'filesystem-v2', mimeType: 'image/png' };

/** The fields of a stored picture, and the hints, in a run whose n8n has those helpers. */
function shareWith(helpers: Helpers, settings?: IExecuteFunctions['getWorkflowSettings']) {
	const hints: string[] = [];
	const context = {
		helpers,
		getMode: () => 'webhook',
		...(settings && { getWorkflowSettings: settings }),
		addExecutionHints: ({ message }: { message: string }) => void hints.push(message),
	};
	const log: string[] = [];
	const execution = {
		...new TaskHarness().execution(),
		log: (line: string) => void log.push(line),
	};
	const options = { shareLink: '1h' };
	const item = { context, itemIndex: 0, options, execution } as unknown as Item;
	return { fields: shareFields(item, STORED), hints, log };
}

/** The same where n8n takes an address for its own. */
const shareAt = (base: string) =>
	shareWith({ createBinarySignedUrl: () => `${base}/rest/binary-data/signed?token=a.b.c` });

describe('An n8n that makes no link leaves the fields out, and says so', () => {
	it.each<[string, Helpers, string]>([
		['since it is too old', {}, 'There is no share link: this n8n makes none.'],
		[
			'since its engine throws',
			{
				createBinarySignedUrl: () => {
					throw new Error('Not supported in <engine v2>');
				},
			},
			'There is no share link: Not supported in &lt;engine v2&gt;',
		],
		[
			'since it answers with something else',
			{ createBinarySignedUrl: (() => Promise.resolve('https://a.test')) as never },
			'There is no share link: this n8n makes none.',
		],
		['since it answers with nothing', { createBinarySignedUrl: () => '' }, 'makes none'],
	])('%s', (_, helpers, hint) => {
		const { fields, hints, log } = shareWith(helpers);
		expect(fields).toEqual({});
		expect(hints).toEqual([expect.stringContaining(hint)]);
		expect(log).toHaveLength(1);
	});
});

describe('A link that opens on the machine of n8n alone is told, and logged', () => {
	it.each([
		...['http://localhost:5678', 'http://LOCALHOST', 'https://n8n.localhost', 'http://localhost.'],
		...['http://127.0.0.1:5678', 'http://127.1', 'http://2130706433', 'http://0x7f.1', 'http://0'],
		...['http://0.0.0.0:5678', 'http://[::1]:5678', 'http://[::]', 'http://[::ffff:127.0.0.1]'],
		'http://host.docker.internal:5678',
	])('%s', (base) => {
		const { fields, hints, log } = shareAt(base);
		expect(fields).toHaveProperty('shareUrl');
		expect(hints).toEqual([expect.stringContaining('opens on this machine alone')]);
		expect(log).toEqual(hints);
	});
});

describe('A link that opens in the network of n8n alone is told, and not logged', () => {
	it.each([
		...['http://10.0.0.7', 'http://192.168.1.5:5678', 'http://172.16.0.1', 'http://172.31.255.1'],
		...['http://169.254.1.1', 'http://100.64.0.1', 'http://[fd00::1]', 'http://[fe80::1]'],
		...['http://n8n:5678', 'http://n8n-main', 'https://n8n.local', 'https://n8n.corp.internal'],
		...['http://n8n.lan', 'http://n8n.home.arpa'],
	])('%s', (base) => {
		const { hints, log } = shareAt(base);
		expect(hints).toEqual([expect.stringContaining('opens in the network of this n8n alone')]);
		expect(log).toEqual([]);
	});
});

describe('A link that everybody may reach is nothing to tell of', () => {
	it.each([
		...['https://n8n.example.com', 'https://example.com/n8n', 'http://8.8.8.8:5678'],
		...['http://172.32.0.1', 'http://172.15.0.1', 'http://100.128.0.1', 'http://11.0.0.1'],
		...['https://localhost.example.com', 'https://127.example.com', 'https://10.example.com'],
		...['https://mylocalhost.com', 'https://n8n.local.example.com', 'http://[2001:db8::1]'],
	])('%s', (base) => {
		expect(shareAt(base)).toMatchObject({ hints: [], log: [] });
	});
});

it.each(['n8n.example.com', 'localhost:5678', 'ftp://n8n.example.com', ''])(
	'A public address without http, %j, makes links that open nowhere, and that is told',
	(base) => {
		const { fields, hints, log } = shareAt(base);
		expect(fields).toHaveProperty('shareUrl');
		expect(hints).toEqual([expect.stringContaining('open nowhere')]);
		expect(log).toEqual(hints);
	},
);

it('A user and a password in the public address stand in no hint', () => {
	const { hints } = shareAt('http://user:secret@localhost:5678');
	expect(hints.join()).not.toContain('secret');
});

it('An n8n that tells no settings of the workflow is no trouble', () => {
	expect(shareAt('https://n8n.example.com').fields).toHaveProperty('shareUrlExpiresAt');
});
