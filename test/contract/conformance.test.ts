import { useBinaryMode } from '../../tooling/engine/engine';
import { Scoreboard } from './behavior';
import { cancelBehaviors } from './behaviors/cancel';
import { editorBehaviors } from './behaviors/editor';
import { inputImageBehaviors } from './behaviors/inputImages';
import { keyBehaviors } from './behaviors/key';
import { parameterBehaviors } from './behaviors/parameters';
import { pictureBehaviors } from './behaviors/pictures';
import { refusalBehaviors } from './behaviors/refusals';
import { stateBehaviors } from './behaviors/states';
import { taskBehaviors } from './behaviors/tasks';
import { variantBehaviors } from './behaviors/variants';
import { GATEWAY_ROWS } from './gatewayRows';
import { GatewayFixture, HeldSandbox } from './gatewayFixture';

/** Every behavior, in the order of a task's life. */
const BEHAVIORS = [
	...taskBehaviors,
	...stateBehaviors,
	...cancelBehaviors,
	...refusalBehaviors,
	...inputImageBehaviors,
	...pictureBehaviors,
	...parameterBehaviors,
	...variantBehaviors,
	...keyBehaviors,
	...editorBehaviors,
];

const fixture = new HeldSandbox();
const scoreboard = new Scoreboard(GATEWAY_ROWS.map(({ displayName }) => displayName));

beforeAll(async () => {
	await fixture.open();
	await useBinaryMode('filesystem');
});
beforeEach(() => fixture.reset());
afterAll(async () => {
	await fixture.close();
	process.stdout.write(`\nConformance of the gateways\n${scoreboard.toString()}\n`);
});

describe.each(GATEWAY_ROWS)('$displayName', (row) => {
	const has = BEHAVIORS.filter(({ on }) => on?.(row) ?? true);

	for (const { name } of BEHAVIORS) scoreboard.mark(name, row.displayName, '–');

	it.each(has)('$name', async ({ name, check }) => {
		scoreboard.mark(name, row.displayName, '✗');
		await check(new GatewayFixture(row, fixture));
		scoreboard.mark(name, row.displayName, '✓');
	});
});
