import { CreatedTasks } from '../../../nodes/FluxImage/tasks/createdTasks';

const task = { requestId: 'task-1', modelId: 'flux_kontext_max' };
const create = { runIndex: 0, itemIndex: 0, payload: { prompt: 'An apple' } };
const nextTry = { ...create, runIndex: 1 };

const nodeOf = (context: object) => new CreatedTasks({ ...context }, '1');
const toolOf = (context: Record<string, unknown>) => new CreatedTasks(context, '1', true);

describe('What a node remembers of its tasks', () => {
	it('is there for the next attempt, and lies in one field of the context', () => {
		const context = {};
		new CreatedTasks(context, '1').set(create, task);
		expect(Object.keys(context)).toEqual(['fluxImageTasks']);
		expect(nodeOf(context).get(create)).toEqual(task);
		expect(nodeOf(context).get(create)).toEqual(task);
		expect(nodeOf(context).get(nextTry)).toBeUndefined();
	});

	it('is a key of the run, the item, and half of a SHA-256 in hexadecimals', () => {
		const context: Record<string, object> = {};
		new CreatedTasks(context, '1').set(create, task);
		expect(Object.keys(context['fluxImageTasks']!)[0]).toMatch(/^0\/0\/[0-9a-f]{32}$/);
	});
});

describe("What an agent's tool remembers", () => {
	it('is handed on to the next try only where it failed', () => {
		const context = {};
		const first = toolOf(context);
		first.set(create, task);
		expect(toolOf(context).get(nextTry)).toBeUndefined();
		first.publish();
		expect(toolOf(context).get(nextTry)).toEqual(task);
	});

	it('goes to one call, which hands it on where it fails too', () => {
		const context = {};
		const first = toolOf(context);
		first.set(create, task);
		first.publish();
		const second = toolOf(context);
		expect(second.get(nextTry)).toEqual(task);
		expect(second.get(nextTry)).toEqual(task);
		expect(toolOf(context).get(nextTry)).toBeUndefined();
		second.publish();
		expect(toolOf(context).get(nextTry)).toEqual(task);
	});

	it('keeps the uncertainty of a failed try', () => {
		const context = {};
		const first = toolOf(context);
		first.setUncertain(create, task.modelId);
		expect(first.isUncertain(create)).toBe(true);
		first.publish();
		expect(toolOf(context).isUncertain(nextTry)).toBe(true);
		expect(toolOf(context).get(nextTry)).toBeUndefined();
	});

	it('is not what a node of the same name remembers', () => {
		const context = {};
		const tool = toolOf(context);
		tool.set(create, task);
		tool.publish();
		expect(nodeOf(context).get(create)).toBeUndefined();
		expect(Object.keys((context as Record<string, object>)['fluxImageTasks']!)[0]).toMatch(
			/^tool\//,
		);
	});
});
