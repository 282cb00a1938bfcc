import { Turns, type InLine } from '../../../nodes/FluxImage/accounts/turns';

interface Waiting extends InLine {
	readonly name: string;
}

const [one, other] = [{}, {}];

let turns: Turns<Waiting>;

beforeEach(() => (turns = new Turns()));

/** Someone who waits in the line, of the first execution unless said otherwise. */
function comes(kind: InLine['kind'], more: Partial<Waiting> = {}): Waiting {
	const waiting = { kind, modelId: 'm', execution: one, name: kind, ...more };
	turns.add(waiting);
	return waiting;
}

const names = () => [...turns.candidates()].map(({ name }) => name);

describe('Those of whom one may go next', () => {
	it('are the results, then a poll, an upload and a create of an execution', () => {
		for (const kind of ['create', 'upload', 'poll', 'result'] as const) comes(kind);
		expect(names()).toEqual(['result', 'poll', 'upload', 'create']);
	});

	it.each(['create', 'upload'] as const)('take turns: a poll, then a %s', (kind) => {
		const [poll, paying] = [comes('poll'), comes(kind)];
		comes('poll', { name: 'next poll' });
		comes('result');
		comes(kind, { name: `next ${kind}` });
		turns.went(poll);
		expect(names()).toEqual(['result', kind, 'next poll']);
		turns.went(paying);
		expect(names()).toEqual(['result', 'next poll', `next ${kind}`]);
	});

	it('keep their turns after a result: it is not one of them', () => {
		const [poll, result] = [comes('poll'), comes('result')];
		comes('create');
		comes('poll', { name: 'next poll' });
		turns.went(poll);
		turns.went(result);
		expect(names()).toEqual(['create', 'next poll']);
	});

	it('are all kinds while creates have their turn', () => {
		turns.went(comes('poll'));
		const poll = comes('poll');
		comes('poll', { name: 'next poll' });
		turns.went(poll);
		for (const kind of ['result', 'upload', 'create'] as const) comes(kind);
		expect(names()).toEqual(['result', 'upload', 'create', 'next poll']);
	});

	it('are the first of its kind, of creates the first of each model', () => {
		comes('create', { name: 'pro' });
		comes('create', { name: 'second pro' });
		comes('create', { name: 'max', modelId: 'max' });
		comes('poll', { name: 'poll' });
		comes('poll', { name: 'poll of max', modelId: 'max' });
		expect(names()).toEqual(['poll', 'pro', 'max']);
	});

	it('are cancels first, of whichever execution', () => {
		comes('result');
		comes('cancel', { execution: other });
		comes('cancel', { name: 'second', execution: other });
		expect(names()).toEqual(['cancel', 'result']);
	});

	it('are cancels first after others have come and gone', () => {
		turns.delete(comes('poll'));
		turns.went(comes('create'));
		comes('result');
		comes('cancel');
		expect(names()).toEqual(['cancel', 'result']);
	});

	it('go round by execution', () => {
		const poll = comes('poll');
		comes('poll', { name: 'second' });
		comes('poll', { name: 'of the other', execution: other });
		turns.went(poll);
		expect(names()).toEqual(['of the other', 'second']);
	});
});

describe('The line', () => {
	it('is empty when nobody waits any more', () => {
		const [poll, cancel] = [comes('poll'), comes('cancel')];
		expect(turns.isEmpty).toBe(false);
		turns.went(cancel);
		turns.delete(poll);
		expect(turns.isEmpty).toBe(true);
		expect(names()).toEqual([]);
	});

	it('is as it was where somebody leaves who does not wait', () => {
		const gone = comes('poll', { execution: other });
		turns.delete(gone);
		turns.delete(gone);
		turns.went(gone);
		expect(turns.isEmpty).toBe(true);
	});
});
