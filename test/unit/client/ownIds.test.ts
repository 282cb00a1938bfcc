import type { NewTask } from '../../../nodes/FluxImage/client/create';
import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type { Gateway } from '../../../nodes/FluxImage/gateways/gateway';
import { KEEPS_OWN_IDS, type Fault } from '../tasks/fakeQueue';
import { TaskHarness } from '../tasks/taskHarness';

let harness: TaskHarness;

beforeEach(() => (harness = new TaskHarness()));

const clientOf = (gateway: Gateway = KEEPS_OWN_IDS) => harness.execution({ gateway }).client;

/** A task that carries an id of the caller's own, or none. */
const newTask = (ownId: string | undefined = 'n8n-1'): NewTask => {
	const order = harness.order();
	const build = async () => {
		const { value } = await order.build();
		return { value: { ...value!, ...(ownId !== '' && { ownId }) } };
	};
	return { ...order, build };
};

/** A create that the gateway refuses in these words. */
const refusedAs = (error: unknown, statusCode = 400): Fault => ({
	reply: { statusCode, body: { error } },
});

/** Creates through these faults; how often it was sent, and whether the account still takes own ids. */
async function createThrough(
	faults: Fault[],
	{ gateway = KEEPS_OWN_IDS, task = newTask() }: { gateway?: Gateway; task?: NewTask } = {},
) {
	const client = clientOf(gateway);
	harness.queue.faults.create.push(...faults);
	const outcome = await harness.clock.run(client.create(task, harness.wait(20_000)));
	const creates = harness.queue.sent('create').length;
	return { ...outcome, creates, keepsOwnIds: client.keepsOwnIds };
}

describe('own ids', () => {
	it.each([
		['kept by ToAPIs', 'toApis', true],
		['not kept by SeaArt Cloud', 'seaArtCloud', false],
		['not kept by VTrix', 'vtrix', false],
	] as const)('are %s', (_, id, kept) => {
		expect(clientOf(GATEWAYS[id]).keepsOwnIds).toBe(kept);
	});
});

describe('a create with an id of its own', () => {
	it('that is accepted is sent once, with the id', async () => {
		const { value, creates, keepsOwnIds } = await createThrough([]);
		expect(value?.requestId).toBe('task-1');
		expect([creates, keepsOwnIds]).toEqual([1, true]);
		expect(harness.queue.ownIds).toEqual(['n8n-1']);
	});

	it.each([
		'own_id: extra fields not permitted',
		'no field of that name exists: own_id',
		'own_id must be a number',
		{ code: 'own_id', message: 'not permitted' },
	])('whose field is refused is sent once more, without it: %j', async (words) => {
		const { value, creates, keepsOwnIds } = await createThrough([refusedAs(words)]);
		expect(value?.requestId).toBe('task-1');
		expect([creates, keepsOwnIds]).toEqual([2, false]);
		expect(harness.queue.ownIds).toEqual([undefined]);
	});

	it('that is refused without the id, too, tells why it was refused then', async () => {
		const faults = [refusedAs('own_id is unknown'), refusedAs('the prompt is too long')];
		const { problem, creates } = await createThrough(faults);
		expect(problem).toMatchObject({ kind: 'badParameters', reason: 'the prompt is too long' });
		expect(creates).toBe(2);
	});

	it.each([
		'own_id: duplicate value',
		'own_id is there already',
		'own_id exists',
		'own_id is taken',
		'own_id is in use',
		'own_id has been used',
		'own_id must be unique',
		'own_id: conflict',
		'own_id was reused',
		'own_id was sent twice',
		'own_id 已存在',
		'own_id 重复',
		'Duplicate id',
		{ code: 'own_id', message: 'is taken' },
	])('whose id is taken may have made a task, and is not sent again: %j', async (words) => {
		const { problem, creates, keepsOwnIds } = await createThrough([refusedAs(words)]);
		expect(problem).toMatchObject({ kind: 'createUncertain', httpCode: 400 });
		expect(problem?.reason).toBe(typeof words === 'string' ? words : words.message);
		expect([creates, keepsOwnIds]).toEqual([1, true]);
	});

	it.each([
		['of something else', 'the prompt is too long', 400, 'badParameters'],
		['of another thing that is there twice', 'image_urls: duplicate address', 400, 'badParameters'],
		['of the key, though it names the field', 'own_id is not for this key', 401, 'badKey'],
		['of the account, though it names a taken id', 'own_id already exists', 403, 'notAllowed'],
	] as const)('after a refusal %s is not sent again', async (_, words, statusCode, kind) => {
		const { problem, creates, keepsOwnIds } = await createThrough([refusedAs(words, statusCode)]);
		expect(problem?.kind).toBe(kind);
		expect([creates, keepsOwnIds]).toEqual([1, true]);
	});
});

it.each(['own_id already exists', 'own_id is unknown'])(
	'a create without an id of its own is refused whatever it says of one: %s',
	async (words) => {
		const { problem, creates } = await createThrough([refusedAs(words)], { task: newTask('') });
		expect(problem?.kind).toBe('badParameters');
		expect(creates).toBe(1);
	},
);

it('a refusal of an id at a gateway that names no field for it is a refusal', async () => {
	const gateway = GATEWAYS.seaArtCloud;
	const { problem, creates } = await createThrough([refusedAs('Duplicate id')], { gateway });
	expect(problem?.kind).toBe('badParameters');
	expect(creates).toBe(1);
});
