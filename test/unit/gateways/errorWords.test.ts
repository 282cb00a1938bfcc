import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { isModeration } from '../../../nodes/FluxImage/gateways/errorKinds';
import type { Gateway } from '../../../nodes/FluxImage/gateways/gateway';
import { htmlPage, reply } from './reply';

const task = { requestId: 'task', modelId: 'm' };
const gateway: Gateway = GATEWAYS.vtrix;
const noReason = 'the gateway gave no reason';

const failureOf = (body: object) =>
	gateway.readStatus(reply(200, { status: 'failed', ...body }), task).value?.failure;
const reasonOf = (body: unknown, status = 200) =>
	gateway.readStatus(reply(status, body), task).problem?.reason;

describe('The code of a failure', () => {
	it.each([
		{ error_type: 'E7' },
		{ errorType: 'E7' },
		{ error_code: 'E7' },
		{ errorCode: 'E7' },
		{ code: 'E7' },
		{ errors: [{ code: 'E7' }] },
		{ error: [{ code: 'E7' }] },
		{ error: { type: 'E7' } },
		{ error: { err_code: 'E7' } },
		{ provider_error: { code: 'E7' } },
		{ error: { code: 'E7' }, code: 'E8', provider_error: { code: 'E9' } },
		{ error_type: 'E7', error: { code: 'E8' } },
		{ error: { code: 'success', error_code: 'E7' } },
	])('is found in %j', (body) => {
		expect(failureOf(body)?.code).toBe('E7');
	});

	it('is cut where it has no end', () => {
		expect(failureOf({ code: 'x'.repeat(1_000) })?.code).toBe('x'.repeat(100));
	});
});

describe('The reason of a failure', () => {
	it.each([
		[{ error: '  Oops ' }, 'Oops'],
		[{ error: htmlPage('Oops') }, 'an HTML page titled "Oops"'],
		[{ provider_error: { message: 'No GPU' } }, 'No GPU'],
		[{ error: 'Oops', provider_error: { message: 'No GPU' } }, 'Oops (No GPU)'],
		[{ output: [{ reason: 'Oops' }] }, 'Oops'],
		[{ logs: [{ msg: 'begun' }, { msg: 'Oops' }] }, 'Oops'],
		[{ output: [{ error: 'Oops' }, { url: 'x' }] }, 'Oops'],
		[{ images: [{ error_type: 'NSFW' }] }, 'NSFW'],
		[{ result: { error: 'Oops' }, description: 'Better' }, 'Better'],
		[{ errors: ['One', null, 'Two'] }, 'One; Two'],
		[{ error: { title: 'Oops', message: 'none' } }, 'Oops'],
		[{ detail: [{ loc: ['body', 'image', 0], msg: 'Oops' }] }, 'image.0: Oops'],
		[{ detail: [{ loc: ['body'], msg: 'Oops' }] }, 'Oops'],
		[{ detail: [{ loc: ['prompt'], msg: 'prompt: Oops' }] }, 'prompt: Oops'],
		[{ detail: [{ loc: ['prompt'], type: 'missing' }] }, '[{"loc":["prompt"],"type":"missing"}]'],
		[{ failure: { odd: 'Oops' } }, '{"odd":"Oops"}'],
		[{ errors: { odd: 'Oops' } }, '{"odd":"Oops"}'],
		[{ error: { code: 'E7', type: 'E8' } }, noReason],
		[{ error: { code: 'E7', odd: 'Oops' } }, '{"code":"E7","odd":"Oops"}'],
		[{ error: 7 }, noReason],
		[{ error: true }, noReason],
	])('of %j is %s', (body, message) => {
		expect(failureOf(body)?.message).toBe(message);
	});

	const texts = [
		...['error_message', 'error_msg', 'err_msg', 'err_message', 'error_description', 'error_info'],
		...['error_detail', 'error_details', 'fail_reason', 'failure_reason', 'failed_reason'],
		...['fail_msg', 'fail_message', 'failed_message', 'failure_message', 'failReason'],
		...['failMessage', 'reason', 'message', 'msg', 'detail', 'details', 'description'],
	];

	it.each([
		...[...texts, 'error', 'errors', 'err', 'failure', 'data', 'task_status_msg', 'taskStatusMsg'],
		...['status_message', 'statusMsg', 'remark', 'warnings'],
	])('stands at %s of the task', (name) => {
		expect(failureOf({ [name]: 'Oops' })?.message).toBe('Oops');
	});

	it.each([...texts, 'cause', 'text', 'title', 'error', 'errors'])(
		'stands at %s of the error',
		(name) => {
			expect(failureOf({ error: { [name]: 'Oops' } })?.message).toBe('Oops');
		},
	);

	it.each(['output', 'outputs', 'result', 'results', 'images', 'metadata', 'logs'])(
		'stands at %s in a step that tells an error, and nowhere better',
		(place) => {
			const step = { [place]: [{ error: 'Oops' }] };
			expect(failureOf(step)?.message).toBe('Oops');
			expect(failureOf({ ...step, warnings: 'Better' })?.message).toBe('Better');
			expect(failureOf({ [place]: 'Oops' })?.message).toBe(noReason);
		},
	);

	it('stands in the envelope of a status', () => {
		const body = { status: { code: 402, message: 'Oops' } };
		expect(gateway.readCreate(reply(200, body), 'm').problem?.reason).toBe('Oops');
	});

	it('is looked for six levels deep, and no deeper', () => {
		const nested = (levels: number): unknown =>
			levels === 0 ? 'Oops' : { error: nested(levels - 1) };
		expect(failureOf({ error: nested(5) })?.message).toBe('Oops');
		expect(failureOf({ error: nested(6) })?.message).not.toBe('Oops');
	});

	it('is made of the first twenty rows', () => {
		const errors = Array.from({ length: 30 }, (_, row) => `e${row}`);
		expect(failureOf({ errors })?.message).toBe(errors.slice(0, 20).join('; '));
	});

	it('is sought in the last twenty steps', () => {
		const logs = [{ error: 'Oops' }, ...Array.from({ length: 20 }, () => ({}))];
		expect(failureOf({ logs })?.message).toBe(noReason);
		expect(failureOf({ logs: logs.slice(0, 20) })?.message).toBe('Oops');
	});

	it('is cut at 500 characters, with what the provider says', () => {
		const body = { error: 'x'.repeat(400), provider_error: { message: 'y'.repeat(400) } };
		expect(failureOf(body)?.message).toBe(`${'x'.repeat(400)} (${'y'.repeat(98)}`);
	});
});

/** What tells of something bad where the code does not. */
const BAD = [
	...[
		'failed',
		'err 5',
		'no GPU',
		'not now',
		"can't",
		'invalid',
		'cannot',
		'unable',
		'without GPU',
	],
	...['missing', 'wrong', 'bad size', 'blocked', 'rejected', 'moderated', 'violated', 'policy'],
	...['sensitive', 'nsfw', 'unsafe', 'expired', 'aborted', 'cancelled', 'terminated', 'timed out'],
	...['timeout', 'crashed', 'died', 'lost', 'out of memory', 'exceeded', 'limit', 'denied'],
	...[
		'refused',
		'forbidden',
		'unavailable',
		'unsupported',
		'busy',
		'broke',
		'oops',
		'违规',
		'超时',
	],
];

describe('An error that says nothing', () => {
	const finished = (error: unknown) =>
		gateway.readStatus(reply(200, { status: 'completed', error }), task).value?.status;

	it.each([
		...['none', 'null', '<nil>', 'n/a', 'NA', 'undefined', 'unspecified', 'false', '---', '0!'],
		...[
			'No error',
			'no_errors',
			'error: none',
			'ERROR_NULL',
			'errors 0',
			'无',
			'操作成功。',
			'10000',
		],
		...[
			'okay',
			'Successful',
			'successfully',
			'Complete',
			'done',
			'finished',
			'accepted',
			'started',
		],
		...['submitted', 'queued', 'created', 'received', 'generated', 'The job is done', 'code 0 ok'],
		...['A task was created', 'all images have been generated', 'your request has been accepted'],
		...[
			'http status 200 success',
			'picture generation finished',
			'result and state: ok',
			'12 done',
		],
		'200.',
		'Your images have been generated',
		'HTTP 200 OK',
		'无错误',
		'no-errors',
		'https://pictures.example/a.png',
		'[0, ""]',
		{ code: 'ok', message: 'Oops' },
		{ code: 'Succeeded', message: 'Oops' },
		{ code: 0, message: 'Queue position 5' },
		{ trace_id: 'x', timestamp: 5, retryable: false },
		{ message_id: 'x', message: '' },
		[{ message: 'ok' }, { message: 'done' }],
		false,
	])('is %j', (error) => {
		expect(finished(error)).toBe('completed');
	});

	it.each([
		...[
			'400',
			'10001',
			'no',
			'not ok',
			'success rate',
			'undone',
			'no-one',
			'未成功',
			'不成功',
			'x无',
		],
		...['done badly', 'see none', 'none yet', '123 done', 'https://a b'],
		'the task',
		'2001',
		'image',
		'see https://pictures.example/a.png',
		'[0, "Oops"]',
		'[broken',
		{ code: 'ok_but', message: 'Oops' },
		{ code: 0, message: 'No images were made' },
		{ code: 0, type: 'image', error: { code: 5 } },
		{ code: 'E7' },
		{ odd: 'Oops' },
		{ retryable: false, odd: 'Oops' },
		[{ message: 'ok' }, { message: 'Oops' }],
		7,
		true,
	])('is not %j', (error) => {
		expect(finished(error)).toBe('failed');
	});

	it.each(BAD)('is not "%s" beside a code of zero', (message) => {
		expect(finished({ code: 0, message })).toBe('failed');
	});
});

describe('What is shown of a reply of unknown shape', () => {
	it('has its long texts cut, so that the rest can be read', () => {
		const odd = { picture: 'x'.repeat(121), short: 'y'.repeat(120), id: 'a' };
		expect(reasonOf({ odd })).toBe(
			`{"odd":{"picture":"${'x'.repeat(120)}…","short":"${'y'.repeat(120)}","id":"a"}}`,
		);
	});

	it('has its long lists and its many fields cut', () => {
		const list = Array.from({ length: 30 }, (_, row) => row);
		expect(reasonOf({ list, id: 'a' })).toBe(`{"list":[${list.slice(0, 20).join(',')}],"id":"a"}`);
		const many = Object.fromEntries(Array.from({ length: 50 }, (_, row) => [`f${row}`, 1]));
		expect(reasonOf(many)).toMatch(/"f39":1\}$/);
	});

	it('ends at 500 characters', () => {
		const list = Array.from({ length: 20 }, () => 'x'.repeat(100));
		expect(reasonOf({ list })).toHaveLength(500);
	});

	it.each([null, 5, true])('may be %j', (body) => {
		expect(reasonOf(body)).toBe(body === null ? 'HTTP 200' : String(body));
	});

	it('is the title of a page, whatever stands in its tag', () => {
		expect(reasonOf('<html><title lang="en">Sign in</title></html>')).toBe(
			'an HTML page titled "Sign in"',
		);
	});
});

describe('A failure', () => {
	it.each([
		{ code: 'CONTENT_BLOCKED' },
		{ code: 'content--blocked' },
		{ code: 'Request Moderated' },
		{ code: 'FAILED', reason: 'Flagged by moderation' },
		{ code: 'INFERENCE_FAILURE', reason: 'Error: nsfw detected' },
		{ code: 'REQUEST_INVALID', reason: 'Sensitive content' },
		{ reason: 'Inappropriate' },
	])('%j is one of moderation', (failure) => {
		expect(isModeration(failure)).toBe(true);
	});

	it.each([
		{},
		{ code: 'FAILED', reason: 'Out of memory' },
		{ code: 'UNAUTHORIZED', reason: 'No access to the moderation API' },
		{ code: 'FAILED', reason: 'Cannot draw "nsfw"' },
		{ code: 'FAILED', reason: 'No such style: nudity' },
		{ code: 'REQUEST_INVALID', reason: 'Bad size' },
	])('%j is none of moderation', (failure) => {
		expect(isModeration(failure)).toBe(false);
	});
});
