import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type { Gateway } from '../../../nodes/FluxImage/gateways/gateway';
import { reply } from './reply';

/* What a reply comes to where its parts tell different things, or tell them at different places. */

const task = { requestId: 'task', modelId: 'm' };
const url = 'https://pictures.example/a.png';
const image = { type: 'image', url };
const asked = { id: 'task', request_id: 'task' };
const made = { id: 'a', request_id: 'a' };
const noReason = 'the gateway gave no reason';

describe.each(Object.values<Gateway>(GATEWAYS))('$displayName', (gateway) => {
	const told = (call: 'readStatus' | 'readResult', body: unknown, status = 200) => {
		const { value, problem } = gateway[call](reply(status, body), task);
		if (problem) return { problem: problem.kind };
		const named = ['raw', 'requestId', 'modelId'];
		return Object.fromEntries(Object.entries(value!).filter(([name]) => !named.includes(name)));
	};
	const created = (body: unknown, status = 200) => gateway.readCreate(reply(status, body), 'm');

	describe('a create', () => {
		it.each([
			['success', []],
			['OK', []],
			['successful', undefined],
		])('that is answered "%s" with an id has begun a task', (status, output) => {
			const { value } = created({ ...made, status, output });
			expect(value).toMatchObject({ requestId: 'a', modelId: 'm', status: 'queued' });
			expect(value).not.toHaveProperty('images');
		});

		it('that is answered "success" with the picture has ended it', () => {
			const { value } = created({ ...made, status: 'success', output: [image] });
			expect(value).toMatchObject({ requestId: 'a', status: 'completed', images: [{ url }] });
		});

		it('keeps the state that it is told', () => {
			expect(created({ ...made, status: 'failed', error: 'Oops' }).value).toMatchObject({
				status: 'failed',
				failure: { message: 'Oops' },
			});
		});

		it('goes on under a word that nobody knows, pictures or not', () => {
			const { value } = created({ ...made, status: 'thawing', output: [image] });
			expect(value).toMatchObject({ status: 'running', word: 'thawing' });
			expect(value).not.toHaveProperty('images');
		});

		it('has begun a task though the gateway does not know it yet', () => {
			expect(created({ ...made, status: 'not_found' }).value?.status).toBe('queued');
		});

		it.each(['completed', 'thawing'])(
			'with pictures, no id and the word %s is finished',
			(status) => {
				expect(created({ status, output: [image] }).value).toMatchObject({
					requestId: '',
					status: 'completed',
					images: [{ url }],
				});
			},
		);

		it('with a picture and the word of a failure, and no id, is not finished', () => {
			expect(created({ status: 'failed', output: [image] }).problem?.kind).toBe('unreadable');
		});

		it("takes no word of the envelope for the task's", () => {
			expect(created({ status: 'failed', data: made }).value?.status).toBe('queued');
		});

		it('takes no word of a step below for its own', () => {
			const body = { ...made, status: 'queued', data: { id: 'w', status: 'failed' } };
			expect(created(body).value).toMatchObject({ requestId: 'a', status: 'queued' });
		});

		it('names the redirect that leaves it in doubt', () => {
			expect(created('', 303).problem?.reason).toContain('HTTP 303');
		});
	});

	describe('a state without more', () => {
		it('is just that', () => {
			const body = { ...asked, status: 'processing' };
			expect(told('readStatus', body)).toEqual({ status: 'running', word: 'processing' });
		});

		it('is read from a word with blanks around it', () => {
			const body = { ...asked, status: ' failed ' };
			expect(told('readStatus', body)).toMatchObject({ status: 'failed', word: 'failed' });
		});

		it("is the envelope's where it has the task's id and no word of the task", () => {
			const body = { status: 'failed', data: { ...asked, progress: 0 } };
			expect(told('readStatus', body)).toMatchObject({ status: 'failed', word: 'failed' });
		});

		it("is not the envelope's where that tells of the call", () => {
			const body = { status: 'success', data: { ...asked, progress: 0 } };
			expect(told('readStatus', body)).toEqual({ problem: 'unreadable' });
		});

		it('runs under HTTP 202 that tells none', () => {
			expect(told('readResult', asked, 202)).toEqual({ status: 'running' });
		});
	});

	describe('what wins', () => {
		it('is the word of the task over a code of the call', () => {
			const body = { ...asked, status: 'processing', code: 429, success: false };
			expect(told('readStatus', body)).toMatchObject({ status: 'running' });
		});

		it('are pictures over a code of the call', () => {
			const body = { ...asked, code: 429, outputs: [image], data: [image] };
			expect(told('readResult', body)).toMatchObject({ status: 'completed', images: [{ url }] });
		});

		it('is a code of the call over nothing', () => {
			expect(told('readStatus', { ...asked, code: 429 })).toEqual({ problem: 'rateLimited' });
		});

		it.each([
			{ error: 'Oops', error_type: 'UNAUTHORIZED' },
			{ error: 'Oops', errorType: 'UNAUTHORIZED' },
			{ fail_reason: 'Oops', code: 401 },
		])('is a failure of the task over a code of the call: %j', (body) => {
			expect(told('readStatus', body)).toMatchObject({
				status: 'failed',
				failure: { message: 'Oops' },
			});
		});

		it('is an error of the task that is named, and it stays', () => {
			expect(told('readStatus', { ...asked, error: 'Oops' })).toEqual({
				status: 'failed',
				failure: { code: 'FAILED', message: 'Oops' },
			});
		});

		it.each([
			['readStatus', { error: { code: 'E7', message: 'Oops' } }],
			['readResult', { error: 'Oops' }],
			['readStatus', { ...asked, id: 'other', request_id: 'other', error: 'Oops' }],
		] as const)('is no error that may be of the call: %s %j', (call, body) => {
			expect(told(call, body)).toEqual({ problem: 'unreadable' });
		});
	});

	describe('a task that ended badly', () => {
		it.each([
			[{ status: 'failed' }, { code: 'FAILED', message: noReason }],
			[
				{ status: 'failed', error: { code: 'E7' } },
				{ code: 'E7', message: noReason },
			],
			[{ status: 'EXPIRED' }, { code: 'EXPIRED', message: 'EXPIRED' }],
			[
				{ status: 'EXPIRED', reason: 'Too late' },
				{ code: 'EXPIRED', message: 'Too late' },
			],
			[
				{ status: 'EXPIRED', error: { code: 'E7' } },
				{ code: 'E7', message: 'EXPIRED' },
			],
			[
				{ status: 'failed', data: { error: { code: 'E7', message: 'Oops' } } },
				{ code: 'E7', message: 'Oops' },
			],
			[
				{ code: 'E9', data: { ...asked, status: 'failed', message: 'Oops' } },
				{ code: 'E9', message: 'Oops' },
			],
		])('%j tells %j', (body, failure) => {
			expect(told('readStatus', { ...asked, ...body })).toMatchObject({
				status: 'failed',
				failure,
			});
		});

		it('is cancelled without a reason where none is told', () => {
			expect(told('readStatus', { ...asked, status: 'cancelled' })).toEqual({
				status: 'cancelled',
				word: 'cancelled',
			});
		});

		it.each([
			[
				{ status: 'cancelled', reason: 'By hand' },
				{ code: 'CANCELLED', message: 'By hand' },
			],
			[
				{ status: 'cancelled', error: { code: 'E7', message: 'By hand' } },
				{ code: 'E7', message: 'By hand' },
			],
			[
				{ status: 'cancelled_by_user' },
				{ code: 'CANCELLED_BY_USER', message: 'cancelled_by_user' },
			],
		])('is cancelled with the reason that is told: %j', (body, failure) => {
			expect(told('readStatus', { ...asked, ...body })).toMatchObject({
				status: 'cancelled',
				failure,
			});
		});
	});

	describe('a bad end that is told with a refusal by HTTP', () => {
		it.each([
			[401, asked, 'failed'],
			[500, asked, 'error'],
			[400, asked, 'cancelled'],
			[400, { id: 'x', request_id: 'x' }, 'failed'],
			[500, { id: 'x', request_id: 'x' }, 'failed'],
			[422, { id: 'x', request_id: 'x', message: 'nsfw' }, 'failed'],
		])("is the task's: %d %j %s", (statusCode, ids, status) => {
			expect(told('readStatus', { ...ids, status }, statusCode)).toMatchObject({
				status: status === 'cancelled' ? 'cancelled' : 'failed',
				mayChange: true,
			});
		});

		it.each([
			[401, { id: 'x', request_id: 'x' }, 'failed', 'badKey'],
			[500, { id: 'x', request_id: 'x' }, 'error', 'gatewayFault'],
			[500, { id: 'x', request_id: 'x' }, 'FAIL', 'gatewayFault'],
			[500, asked, 'processing', 'gatewayFault'],
			[500, asked, 'completed', 'gatewayFault'],
		])('is that of the call: %d %j %s', (statusCode, ids, status, problem) => {
			expect(told('readStatus', { ...ids, status }, statusCode)).toEqual({ problem });
		});

		it('is a failure that stays where it comes with success', () => {
			expect(told('readStatus', { ...asked, status: 'failed' })).not.toHaveProperty('mayChange');
		});
	});

	describe('an error beside pictures', () => {
		it('is a hint', () => {
			const body = { ...asked, status: 'completed', output: [image], error: 'Upload was late' };
			expect(told('readResult', body)).toEqual({
				status: 'completed',
				word: 'completed',
				images: [{ url }],
				warning: { code: 'FAILED', message: 'Upload was late' },
			});
		});

		it('flags them where the filter speaks', () => {
			const output = [image, { error: { code: 'CONTENT_BLOCKED', message: 'Removed' } }];
			expect(told('readResult', { ...asked, status: 'completed', output })).toMatchObject({
				images: [{ url, flagged: true }],
				warning: { code: 'CONTENT_BLOCKED', message: 'Removed' },
			});
		});

		it('is none where nothing says so', () => {
			const body = { ...asked, status: 'completed', output: [image], timings: { error: 'none' } };
			expect(told('readResult', body)).not.toHaveProperty('warning');
		});
	});

	describe('a word of success without a picture', () => {
		it('is a failure where a row in the place of pictures has an error', () => {
			const rows = [{ error: { code: 'E7', message: 'Oops' } }];
			const body = { ...asked, status: 'completed', outputs: rows, output: rows, result: rows };
			expect(told('readStatus', body)).toMatchObject({
				status: 'failed',
				failure: { code: 'E7', message: 'Oops' },
			});
		});

		it('is no failure for an error in a log', () => {
			const body = { ...asked, status: 'completed', logs: [{ error: 'one try failed' }] };
			expect(told('readStatus', body)).toMatchObject({ status: 'completed' });
		});

		it('has no images in the end', () => {
			expect(told('readResult', { ...asked, status: 'completed' })).toEqual({
				status: 'completed',
				word: 'completed',
				images: [],
			});
		});
	});

	it('takes an empty place of pictures for an end in a result alone', () => {
		const body = { ...asked, outputs: [], output: [], data: [] };
		expect(told('readResult', body)).toEqual({ status: 'completed', images: [] });
		expect(told('readStatus', body)).toEqual({ problem: 'unreadable' });
	});
});

describe('A finished status', () => {
	it('tells that the images are to be fetched where they come by a call of their own', () => {
		const read = ({ readStatus }: Gateway) =>
			readStatus(reply(200, { ...asked, status: 'completed' }), task).value;
		expect(read(GATEWAYS.seaArtCloud)).not.toHaveProperty('images');
		expect(read(GATEWAYS.vtrix)).toHaveProperty('images', []);
		expect(read(GATEWAYS.toApis)).toHaveProperty('images', []);
	});
});
