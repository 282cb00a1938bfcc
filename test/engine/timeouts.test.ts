import type { Outcome } from '../../tooling/engine/engine';
import { HeldTime, NODE_TIME } from './heldTime';
import { Studio, type Ask } from './studio';

let studio: Studio;
let time: HeldTime;

beforeAll(async () => (studio = await Studio.open(NODE_TIME)));
afterAll(async () => await studio.close());
beforeEach(() => {
	studio.reset();
	time = new HeldTime();
});
afterEach(() => time.release());

/** Runs the node while its time passes, and with it the time of the tasks. */
const run = async (ask: Ask): Promise<Outcome> => await time.during(studio.run(ask));

const LATE = { prompts: ['[seconds=1.5] late'] };
const states = () => studio.sandbox.ledger.taskRows().map(({ state }) => state);

describe('a task that is not finished in time', () => {
	it('is an error that names the task and Task > Wait', async () => {
		const { error } = await run({ ...LATE, options: { timeout: 0.5 } });
		const [id] = studio.taskIds();
		expect(error!.message).toContain(`Task ${id} was not finished within the timeout`);
		expect(error!.description).toContain('Task > Wait');
		expect(states()).toEqual(['running']);
	});

	it('comes out as it was last seen where On Timeout is Return Task', async () => {
		const { items, error } = await run({
			...LATE,
			options: { timeout: 0.9, onTimeout: 'returnTask' },
		});
		expect(error).toBeUndefined();
		expect(items[0]!.json).toMatchObject({ requestId: studio.taskIds()[0], status: 'running' });
		expect(items[0]!.json).not.toHaveProperty('error');
		expect(items[0]!.pairedItem).toEqual({ item: 0 });
	});

	it('is collected by Task > Wait later, and paid once', async () => {
		const late = await run({ ...LATE, options: { timeout: 0.3, onTimeout: 'returnTask' } });
		const { items } = await run({
			operation: 'task > wait',
			requestIds: [String(late.items[0]!.json.requestId)],
		});
		expect(items[0]!.json.status).toBe('completed');
		expect(items[0]!.binary).toBeDefined();
		expect(studio.sandbox.ledger.billed()).toBe(1);
	});

	it('is cancelled where On Timeout is Cancel Task, and is an error all the same', async () => {
		const { error } = await run({
			...LATE,
			options: { timeout: 0.3, onTimeout: 'cancelTask' },
		});
		expect(error!.message).toContain('its cancel was requested');
		expect(states()).toEqual(['cancelled']);
	});

	it('cannot be cancelled at a gateway without cancel, and the error says so', async () => {
		const { error } = await run({
			...LATE,
			gateway: 'vtrix',
			options: { timeout: 0.3, onTimeout: 'cancelTask' },
		});
		expect(error!.message).toContain('the gateway cannot cancel');
		expect(error!.message).toContain(studio.taskIds()[0]);
	});

	it('leaves the other items alone', async () => {
		const { items } = await run({
			prompts: ['quick', '[never] ends', 'quick too'],
			options: { timeout: 2.5, onTimeout: 'returnTask' },
		});
		expect(items.map(({ json }) => json.status)).toEqual([
			'completed',
			expect.stringMatching(/queued|running/),
			'completed',
		]);
	});

	it.each([0, -1, '  ', [], true, 'soon'])(
		'a Timeout of %j is refused before anything is paid (FAULTS A12)',
		async (timeout) => {
			const { error } = await run({
				items: [{ json: { prompt: 'An apple', timeout } }],
				options: { timeout: '={{ $json.timeout }}', onTimeout: 'returnTask' },
			});
			expect(error!.message).toContain('Timeout (Seconds) must be a number above 0, but is');
			expect(studio.creates()).toBe(0);
		},
	);

	it('a Timeout that an expression gives as text counts', async () => {
		const { items } = await run({
			items: [{ json: { prompt: 'An apple [never]', timeout: ' 2.5 ' } }],
			options: { timeout: '={{ $json.timeout }}', onTimeout: 'returnTask' },
		});
		expect(items[0]!.json.requestId).toBe(studio.taskIds()[0]);
	});
});
