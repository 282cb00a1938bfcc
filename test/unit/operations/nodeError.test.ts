import {
	NodeApiError,
	type IDataObject,
	type IExecuteFunctions,
	type JsonObject,
} from 'n8n-workflow';

import type { ProblemKind } from '../../../nodes/FluxImage/core/problem';
import type { ItemFailure } from '../../../nodes/FluxImage/operations/errors';
import {
	failureOfItem,
	nodeError,
	type TaskEnding,
} from '../../../nodes/FluxImage/operations/nodeError';

const node = { name: 'FLUX Image', type: 'fluxImage' } as ReturnType<IExecuteFunctions['getNode']>;

const contextOf = (resource: string) =>
	({ getNode: () => node, getNodeParameter: () => resource }) as unknown as IExecuteFunctions;

function failed(itemIndex: number, kind: ProblemKind, requestId = ''): ItemFailure {
	const words = { message: 'It failed', description: `Item ${itemIndex}.` };
	const error = new NodeApiError(node, {}, words);
	const paid = requestId ? 'yes' : kind === 'createUncertain' ? 'maybe' : 'no';
	const json: JsonObject = requestId ? { requestId } : {};
	return { itemIndex, error, json, problem: kind, paid };
}

/** An ending without the item that it is of. */
type Ending = { items: Array<{ json: IDataObject }> } | { failure: ItemFailure };

const came = (json: IDataObject): Ending => ({ items: [{ json }] });

/** Of one task an item each, or of the item that the failure names. */
const endingsOf = (endings: readonly Ending[]): TaskEnding[] =>
	endings.map((ending, index) => ({
		itemIndex: 'failure' in ending ? ending.failure.itemIndex : index,
		...ending,
	}));

/** What the error of a node says whose first item was refused, beside the other items' endings. */
function told(others: readonly Ending[], resource = 'image'): string {
	const first = failed(0, 'noCredit');
	const error = nodeError(contextOf(resource), first, endingsOf([{ failure: first }, ...others]));
	return error.description ?? '';
}

describe('the error that ends the node', () => {
	it('names the tasks that the other items have paid for and whose pictures can be had', () => {
		const description = told([
			came({ requestId: 'done', status: 'completed' }),
			came({ requestId: 'made', status: 'queued' }),
			{ failure: failed(3, 'stopped', 'cut') },
			{ failure: failed(4, 'badKey', 'unread') },
			{ failure: failed(5, 'deadlineReached', 'late') },
		]);
		expect(description).toContain('paid already: done, made, cut, unread, late.');
		expect(description).toMatch(/Task > Wait collects them; Retry picks them up .* as they were\./);
	});

	it('names a task of several pictures once', () => {
		const json = { requestId: 'done', status: 'completed' };
		expect(told([{ items: [{ json }, { json }] }])).toContain('paid already: done.');
	});

	it.each([
		'failed',
		'moderated',
		'cancelled',
		'deadlineCancelled',
		'notFound',
		'noImages',
	] as const)('names no task that came to nothing: %s (FAULTS E14)', (kind) => {
		expect(told([{ failure: failed(1, kind, 'gone') }])).toBe('Item 0.');
	});

	it.each(['failed', 'cancelled'])('names none that was created as %s (FAULTS E14)', (status) => {
		expect(told([came({ requestId: 'gone', status })])).toBe('Item 0.');
	});

	it('names none that a Task operation has only read: it paid for none (FAULTS E14)', () => {
		const others = [came({ requestId: 'done', status: 'completed' })];
		expect(told(others, 'task')).toBe('Item 0.');
	});

	it('names none where there is no ID', () => {
		expect(told([came({ requestId: '' }), came({})])).toBe('Item 0.');
	});

	it.each([
		['yes', [came({ requestId: 'done', status: 'completed' })]],
		['maybe', [{ failure: failed(1, 'createUncertain') }, { failure: failed(2, 'badKey') }]],
		['no', [{ failure: failed(1, 'badKey') }]],
	] as const)('says to a program what the worst of all items is: %s', (paid, others) => {
		const first = failed(0, 'noCredit');
		const error = nodeError(contextOf('image'), first, endingsOf([{ failure: first }, ...others]));
		expect(error.context['failure']).toEqual({ problem: 'noCredit', paid });
	});

	it('tells of other creates that may have been accepted', () => {
		expect(told([{ failure: failed(1, 'createUncertain') }])).toBe(
			'Item 0. May have been accepted as well: the tasks of items 1.',
		);
	});

	it('names other images of the item that came to nothing, which no other item does', () => {
		const others = [
			{ failure: failed(0, 'moderated', 'blocked') },
			{ failure: failed(1, 'moderated', 'of another item') },
		];
		expect(told(others)).toBe(
			'Item 0. Tasks of other images of it, which failed as well: blocked.',
		);
	});

	it('tells a model all in the message, which is all that it sees', () => {
		const first = failed(0, 'failed', 'gone');
		const tool = { ...node, type: 'fluxImageTool' };
		const context = { ...contextOf('image'), getNode: () => tool } as IExecuteFunctions;
		const endings = [{ failure: first }, came({ requestId: 'done', status: 'completed' })];
		const { message } = nodeError(context, first, endingsOf(endings));
		expect(message).toMatch(/^It failed Other tasks, paid already: done\./);
	});
});

describe('the failure of an item', () => {
	const ofItem = (endings: readonly Ending[]) =>
		failureOfItem(endings.map((ending) => ({ itemIndex: 0, ...ending })));

	it('is none where all of its images came', () => {
		expect(ofItem([came({}), came({})])).toBeUndefined();
		expect(ofItem([])).toBeUndefined();
	});

	it('is that of its task where it has one alone', () => {
		const failure = failed(0, 'failed', 'gone');
		expect(ofItem([{ failure }])).toBe(failure);
	});

	it('is that of the first, with the ids of all that failed and the reasons once each', () => {
		const failures = [failed(0, 'noCredit'), failed(0, 'failed', 'a'), failed(0, 'failed', 'b')];
		const endings = [
			{ failure: failures[0]! },
			came({}),
			...failures.slice(1).map((failure) => ({ failure })),
		];
		const { error, json, problem, paid } = ofItem(endings)!;
		expect(error.message).toBe('3 of 4 images failed: It failed');
		expect([problem, paid]).toEqual(['noCredit', 'yes']);
		expect(json).toMatchObject({ requestIds: ['a', 'b'] });
	});

	it.each([
		['no', ['noCredit', 'badKey']],
		['maybe', ['noCredit', 'createUncertain']],
	] as const)('is paid %s where the images failed by %j', (paid, kinds) => {
		const failure = ofItem(kinds.map((kind) => ({ failure: failed(0, kind) })));
		expect(failure).toMatchObject({ paid });
	});
});
