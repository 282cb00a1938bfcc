import { TaskMemory } from '../../../nodes/FluxImage/tasks/createdTasks';

const task = { requestId: 'task-1', modelId: 'flux_kontext_max' };
const create = { runIndex: 0, itemIndex: 0, payload: { prompt: 'An apple' } };
const nextTry = { ...create, runIndex: 1 };

const nodeOf = (context: object) => new TaskMemory({ ...context }, '1');
const toolOf = (context: Record<string, unknown>) => new TaskMemory(context, '1', true);

describe('What a node remembers of its tasks', () => {
	it('is there for the next attempt, and lies in one field of the context', () => {
		const context = {};
		new TaskMemory(context, '1').remember(create, task);
		expect(Object.keys(context)).toEqual(['fluxImageTasks']);
		expect(nodeOf(context).recall(create)).toEqual(task);
		expect(nodeOf(context).recall(create)).toEqual(task);
		expect(nodeOf(context).recall(nextTry)).toBeUndefined();
	});

	it('is a key of the run, the item, and half of a SHA-256 in hexadecimals', () => {
		const context: Record<string, object> = {};
		new TaskMemory(context, '1').remember(create, task);
		expect(Object.keys(context['fluxImageTasks']!)[0]).toMatch(/^0\/0\/[0-9a-f]{32}$/);
	});
});

describe("What an agent's tool remembers", () => {
	it('is handed on to the next try only where it failed', () => {
		const context = {};
		const first = toolOf(context);
		first.remember(create, task);
		expect(toolOf(context).recall(nextTry)).toBeUndefined();
		first.handOn();
		expect(toolOf(context).recall(nextTry)).toEqual(task);
	});

	it('goes to one call, which hands it on where it fails too', () => {
		const context = {};
		const first = toolOf(context);
		first.remember(create, task);
		first.handOn();
		const second = toolOf(context);
		expect(second.recall(nextTry)).toEqual(task);
		expect(second.recall(nextTry)).toEqual(task);
		expect(toolOf(context).recall(nextTry)).toBeUndefined();
		second.handOn();
		expect(toolOf(context).recall(nextTry)).toEqual(task);
	});

	it('keeps the doubt of a failed try', () => {
		const context = {};
		const first = toolOf(context);
		first.rememberDoubt(create, task.modelId);
		expect(first.isDoubtful(create)).toBe(true);
		first.handOn();
		expect(toolOf(context).isDoubtful(nextTry)).toBe(true);
		expect(toolOf(context).recall(nextTry)).toBeUndefined();
	});

	it('is not what a node of the same name remembers', () => {
		const context = {};
		const tool = toolOf(context);
		tool.remember(create, task);
		tool.handOn();
		expect(nodeOf(context).recall(create)).toBeUndefined();
		expect(Object.keys((context as Record<string, object>)['fluxImageTasks']!)[0]).toMatch(
			/^tool\//,
		);
	});
});
