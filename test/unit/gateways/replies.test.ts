import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type { Gateway, GatewayReply } from '../../../nodes/FluxImage/gateways/gateway';

/** An odd reply: where it comes from, whom it can come from, and what it means. One file each. */
interface OddReply {
	readonly source: string;
	/** The row of FAULTS, `contract`, or the rule that it tries. */
	readonly fault: string;
	/** The gateways that may send it, by their ids. */
	readonly gateways: 'all' | readonly string[];
	readonly call: 'create' | 'status' | 'result';
	readonly reply: { statusCode: number; headers?: Record<string, string>; body: unknown };
	/** What the outcome must hold, as far as it is told. */
	readonly expected: object;
}

const FOLDER = join(__dirname, 'replies');
const MODEL = 'flux_kontext_max';

const files = readdirSync(FOLDER)
	.filter((name) => name.endsWith('.json'))
	.map((name) => ({
		name: name.replace(/\.json$/, ''),
		...(JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as OddReply),
	}));

function read(gateway: Gateway, { call, reply: { headers = {}, ...rest } }: OddReply) {
	const reply: GatewayReply = { headers, ...rest };
	const task = { requestId: 'task', modelId: MODEL };
	if (call === 'create') return gateway.readCreate(reply, MODEL);
	return call === 'status' ? gateway.readStatus(reply, task) : gateway.readResult(reply, task);
}

describe.each(files)('The odd reply $name ($fault)', (odd) => {
	const senders = Object.values<Gateway>(GATEWAYS).filter(
		({ id }) => odd.gateways === 'all' || odd.gateways.includes(id),
	);

	it('says where it comes from, and from whom', () => {
		expect(odd.source).not.toBe('');
		expect(senders.length).toBeGreaterThan(0);
	});

	it.each(senders)('is read for what it is by $displayName', (gateway) => {
		expect(read(gateway, odd)).toMatchObject(odd.expected);
	});
});
