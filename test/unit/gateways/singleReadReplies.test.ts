import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { reply } from './reply';

const vtrix = GATEWAYS.vtrix;
const toApis = GATEWAYS.toApis;
const url = 'https://pictures.example/image.png';

describe('a reply of VTrix', () => {
	const task = { requestId: 'd758', modelId: 'flux_kontext_max' };
	const read = (body: object) => vtrix.readStatus(reply(200, { id: 'd758', ...body }), task).value;

	it.each([
		['pending', 'queued'],
		['queued', 'queued'],
		['in_queue', 'queued'],
		['processing', 'running'],
		['in_progress', 'running'],
		['completed', 'completed'],
		['done', 'completed'],
		['failed', 'failed'],
		['canceled', 'cancelled'],
		['cancelled', 'cancelled'],
		['DONE', 'completed'],
		['thawing', 'running'],
	])('reads %s as %s', (word, expected) => {
		expect(read({ status: word })?.status).toBe(expected);
	});

	it('reads images, cost and discount of a completed task', () => {
		const output = [{ content: [{ type: 'image', url, jobId: 'j' }] }];
		const usage = { cost: '0.08', discount: 1 };
		expect(read({ status: 'completed', output, usage })).toMatchObject({
			images: [{ url }],
			usage,
		});
	});

	it.each([{}, null, 'free'])('reads no cost in %j', (usage) => {
		expect(read({ status: 'completed', usage })).not.toHaveProperty('usage');
	});

	it('reads no images of a task that runs', () => {
		const output = [{ content: [{ url }] }];
		expect(read({ status: 'in_progress', output })).not.toHaveProperty('images');
	});

	it('tells the model where the person did not', () => {
		const status = (fields: object) =>
			vtrix.readStatus(reply(200, { status: 'queued', ...fields }), { ...task, modelId: '' });
		expect(status({ model: 'flux_2_pro' }).value?.modelId).toBe('flux_2_pro');
		expect(status({}).value?.modelId).toBe('');
	});

	it('reads progress as a share', () => {
		expect(read({ status: 'in_progress', progress: 0.5 })?.progress).toBe(0.5);
	});

	it('reads the failure of a failed task, and none of another', () => {
		const error = { code: '002014001', message: 'It broke' };
		expect(read({ status: 'failed', error })?.failure).toEqual(error);
		expect(read({ status: 'completed', error: null })).not.toHaveProperty('failure');
		expect(read({ status: 'failed' })?.failure).toEqual({
			code: 'FAILED',
			message: 'the gateway gave no reason',
		});
	});

	it('reads a create that is finished already', () => {
		const output = [{ content: [{ url }] }];
		const created = vtrix.readCreate(reply(200, { id: 'd758', status: 'done', output }), 'm');
		expect(created.value).toMatchObject({ requestId: 'd758', modelId: 'm', images: [{ url }] });
	});

	it('takes a create without a state as queued, and without an id as unreadable', () => {
		expect(vtrix.readCreate(reply(200, { id: 'd758' }), 'm').value?.status).toBe('queued');
		expect(vtrix.readCreate(reply(200, { status: 'queued' }), 'm').problem?.kind).toBe(
			'unreadable',
		);
	});
});

describe('a reply of ToAPIs', () => {
	const task = { requestId: 'task_img_1', modelId: 'flux-kontext-max' };
	const read = (body: object) => toApis.readStatus(reply(200, body), task).value;

	it.each([
		['queued', 'queued'],
		['submitted', 'queued'],
		['pending', 'queued'],
		['in_progress', 'running'],
		['completed', 'completed'],
		['failed', 'failed'],
		['canceled', 'cancelled'],
		['cancelled', 'cancelled'],
		['reticulating', 'running'],
	])('reads %s as %s', (word, expected) => {
		expect(read({ id: 'task_img_1', status: word })?.status).toBe(expected);
	});

	it.each([
		['result.data[].url', { result: { type: 'image', data: [{ url }, { url }] } }, 2],
		['data[].url', { data: [{ url }] }, 1],
		['url', { url }, 1],
	])('finds images at %s', (_place, body, count) => {
		const images = read({ status: 'completed', ...body })?.images;
		expect(images?.map((image) => image.url)).toEqual(Array.from({ length: count }, () => url));
	});

	it('takes images without a state for a finished task, and neither for unreadable', () => {
		expect(read({ id: 'task_img_1', url })).toMatchObject({
			status: 'completed',
			images: [{ url }],
		});
		expect(read({ id: 'task_img_1' })).toBeUndefined();
	});

	it('reads progress of 100 as a share, and the time at which URLs end', () => {
		expect(read({ status: 'in_progress', progress: 40 })?.progress).toBe(0.4);
		expect(read({ status: 'completed', expires_at: 1768466914 })?.expiresAt).toBe(
			'2026-01-15T08:48:34.000Z',
		);
		expect(read({ status: 'completed', expires_at: 'soon' })).not.toHaveProperty('expiresAt');
		expect(read({ status: 'completed', expires_at: 1e300 })).not.toHaveProperty('expiresAt');
	});

	it.each([
		['error', { error: { code: 'generation_failed', message: 'It broke' } }, 'generation_failed'],
		['fail_reason', { fail_reason: 'It broke' }, 'FAILED'],
		['a text', { error: 'It broke' }, 'FAILED'],
	])('reads a reason at %s', (_place, body, code) => {
		const failure = { code, message: 'It broke' };
		expect(read({ status: 'failed', ...body })?.failure).toEqual(failure);
	});

	it.each([
		['id', { id: 'task_img_1', status: 'queued' }],
		['task_id', { task_id: 'task_img_1', status: 'queued' }],
	])('finds the id of a create at %s', (_place, body) => {
		expect(toApis.readCreate(reply(200, body), 'm').value).toMatchObject({
			requestId: 'task_img_1',
			modelId: 'm',
		});
	});

	it('reads an upload', () => {
		expect(toApis.readUpload!(reply(200, { success: true, data: { url } })).value).toBe(url);
		expect(toApis.readUpload!(reply(200, { success: true })).problem?.kind).toBe('unreadable');
		expect(toApis.readUpload!(reply(200, { success: false, message: 'No' })).problem).toMatchObject(
			{
				kind: 'badParameters',
				reason: 'No',
			},
		);
	});
});
