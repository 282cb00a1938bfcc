import { NodeHarness } from './nodeHarness';

let harness: NodeHarness;

beforeAll(async () => (harness = await NodeHarness.open()));
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());

it.each(['image > generateAndWait', 'image > create'] as const)(
	'%s tells in the log of each task that it paid for, as soon as its id is known',
	async (operation) => {
		const prompts = ['one', 'two'];
		const execution = harness.start({ operation, prompts, executionId: '4711' });
		await execution.finished;
		const log = execution.log().join('\n');
		const ids = harness.taskIds();
		expect(ids).toHaveLength(prompts.length);
		for (const id of ids) {
			expect(log).toMatch(
				new RegExp(
					`in execution 4711: Task ${id} of item [01] was created at SeaArt Cloud, model flux_kontext_max`,
				),
			);
		}
	},
);
