import { RecentTaskModels } from '../../../nodes/FluxImage/accounts/recentTaskModels';

describe('The models of recent tasks', () => {
	it('are known by request id, the latest ten thousand of them', () => {
		const models = new RecentTaskModels();
		for (let task = 0; task <= 10_000; task++) models.set(`task-${task}`, `model-${task % 3}`);
		expect(models.get('task-0')).toBeUndefined();
		expect(models.get('task-1')).toBe('model-1');
		expect(models.get('task-10000')).toBe('model-1');
	});

	it('stay where a task is seen again', () => {
		const models = new RecentTaskModels();
		models.set('task', 'one');
		models.set('task', 'two');
		expect(models.get('task')).toBe('two');
	});
});
