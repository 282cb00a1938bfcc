import { NodeApiError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';

import type { ProblemKind } from '../../../nodes/FluxImage/core/problem';
import type { ItemFailure } from '../../../nodes/FluxImage/operations/errors';
import { withFacts } from '../../../nodes/FluxImage/operations/failureFacts';
import { nodeError, type ItemEnding } from '../../../nodes/FluxImage/operations/nodeError';

const node = { name: 'FLUX Image', type: 'fluxImage' } as ReturnType<IExecuteFunctions['getNode']>;

const contextOf = (resource: string) =>
	({ getNodeParameter: () => resource }) as unknown as IExecuteFunctions;

function failed(itemIndex: number, kind: ProblemKind, requestId = ''): ItemFailure {
	const words = { message: 'It failed', description: `Item ${itemIndex}.` };
	const error = new NodeApiError(node, {}, words);
	const paid = requestId ? 'yes' : kind === 'createUncertain' ? 'maybe' : 'no';
	return withFacts({ itemIndex, kind, error, json: { requestId } }, { problem: kind, paid });
}

const came = (json: IDataObject): ItemEnding => ({ items: [{ json }] });

/** What the error of a node says whose first item was refused, beside the other items' endings. */
function told(others: readonly ItemEnding[], resource = 'image'): string {
	const first = failed(0, 'noCredit');
	const error = nodeError(contextOf(resource), first, [{ failure: first }, ...others]);
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
		const error = nodeError(contextOf('image'), first, [{ failure: first }, ...others]);
		expect(error.context['failure']).toEqual({ problem: 'noCredit', paid });
	});

	it('tells of other creates that may have been accepted', () => {
		expect(told([{ failure: failed(1, 'createUncertain') }])).toBe(
			'Item 0. May have been accepted as well: the tasks of items 1.',
		);
	});
});
