import { Studio } from './studio';

let studio: Studio;

beforeAll(async () => (studio = await Studio.open()));
afterAll(async () => await studio.close());
beforeEach(() => studio.reset());

const rows = (call: 'create' | 'cancel') => studio.sandbox.ledger.where({ call });

async function until(holds: () => boolean): Promise<void> {
	while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('Stop, while other items run', () => {
	it('cancels a timed-out task too, whose item will not come out', async () => {
		const items = [0.5, 25].map((timeout) => ({ json: { prompt: `${timeout} [never]`, timeout } }));
		const execution = studio.start({
			items,
			options: { timeout: '={{ $json.timeout }}', onTimeout: 'returnTask' },
		});
		execution.finished.catch(() => undefined);
		await until(() => rows('create').length === 2);
		await new Promise((resolve) => setTimeout(resolve, 1_500));
		expect(rows('cancel')).toHaveLength(0);
		execution.stop();
		await until(() => rows('cancel').length === 2);
		for (const id of studio.taskIds()) {
			await until(() => execution.log().join('\n').includes(`Task ${id} at SeaArt Cloud: cancel`));
		}
	});
});
