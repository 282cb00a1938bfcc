import type { PartialQuirks } from '../../../sandbox';
import type { Behavior } from '../behavior';
import { onlyItem } from '../gatewayFixture';
import type { GatewayRow } from '../gatewayRows';
import { hostedUrl, smallPicture } from './inputImages';

const isToApis = ({ gateway }: GatewayRow) => gateway === 'toApis';
const isVtrix = ({ gateway }: GatewayRow) => gateway === 'vtrix';
const isQueue = ({ cancels }: GatewayRow) => cancels;

/** What the contracts say of some replies only, or say in more than one way. */
export const variantBehaviors: readonly Behavior[] = [
	{
		name: 'says that moderation refused a create, and sends it once',
		async check(fixture) {
			const { error } = await fixture.image({ prompt: 'Apple [blocked]' });
			expect(error?.message).toMatch(/moderation/);
			expect(fixture.calls('create')).toHaveLength(1);
			expect(fixture.sandbox.ledger.billed()).toBe(0);
		},
	},
	{
		name: 'sends a create again that came before the limiter was up, and pays once',
		async check(fixture) {
			fixture.sandbox.faults.add({ call: 'create', fault: 'limiterDown', times: 1 });
			expect(onlyItem(await fixture.image({ prompt: 'Apple' })).json['status']).toBe('completed');
			expect(fixture.sandbox.ledger.billed()).toBe(1);
		},
		on: isToApis,
	},
	{
		name: 'takes a create that is answered with the picture and no id',
		on: isToApis,
		async check(fixture) {
			fixture.sandbox.quirks.set({ finishedAtOnce: true, idField: 'none' });
			const { json, binary } = onlyItem(await fixture.image({ prompt: 'Apple' }));
			expect(json['status']).toBe('completed');
			expect(binary).toHaveProperty('data');
			expect(fixture.calls('status')).toHaveLength(0);
			expect(fixture.sandbox.ledger.billed()).toBe(1);
		},
	},
	{
		name: 'takes an id that stands under data',
		on: isToApis,
		async check(fixture) {
			fixture.sandbox.quirks.set({ idField: 'data' });
			expect(onlyItem(await fixture.image({ prompt: 'Apple' })).json['status']).toBe('completed');
		},
	},
	{
		name: 'says of either reply that a task is not known',
		on: isToApis,
		async check(fixture) {
			for (const unknownTask of ['documented', 'older'] as const) {
				fixture.sandbox.quirks.set({ unknownTask });
				const { error } = await fixture.task('status', 'nobody-knows-me');
				expect(error?.message).toContain('does not know this model or task');
			}
		},
	},
	{
		name: 'tells a price in each way that it is written, and none where it is not told',
		on: isVtrix,
		async check(fixture) {
			const ways: Array<[PartialQuirks['usageCost'], unknown]> = [
				['text', '0.08'],
				['number', '0.08'],
				['empty', undefined],
				['null', undefined],
			];
			for (const [usageCost, cost] of ways) {
				fixture.sandbox.quirks.set({ usageCost });
				const { json } = onlyItem(await fixture.image({ prompt: 'Apple' }));
				const told = (json['usage'] as { cost?: unknown } | undefined)?.cost;
				expect(told === undefined ? told : String(told)).toBe(cost);
			}
		},
	},
	{
		name: 'takes the times and ids that a finished task may hold for nothing else',
		on: isVtrix,
		async check(fixture) {
			for (const contentId of ['id', 'img_id'] as const) {
				fixture.sandbox.quirks.set({ contentId, metadataTimes: true });
				const { json } = onlyItem(await fixture.image({ prompt: 'Apple' }));
				expect(json).toMatchObject({ status: 'completed', imageCount: 1 });
			}
		},
	},
	{
		name: 'says that the key is bad, where that is 403',
		on: isVtrix,
		async check(fixture) {
			fixture.sandbox.quirks.set({ badKeyIs403: true });
			const { error } = await fixture.image({ prompt: 'Apple' }, { apiKey: 'a-key-of-nobody' });
			expect(`${error?.message} ${error?.description}`).toMatch(/API key/);
			expect(fixture.calls('create')).toHaveLength(1);
		},
	},
	{
		name: 'sends the safety tolerance of FLUX.2 [pro] as a text',
		on: isVtrix,
		async check(fixture) {
			const additionalFields = { safetyTolerance: '6', outputFormat: 'png' };
			const model = 'flux_2_pro';
			onlyItem(await fixture.image({ model, prompt: 'Apple', additionalFields }));
			expect(fixture.sentParameters()).toMatchObject({ safety_tolerance: '6' });
		},
	},
	{
		name: 'fetches an image by URL for FLUX.2, and sends it as base64',
		on: isQueue,
		async check(fixture) {
			const red = await smallPicture('red');
			const image = [{ source: 'url', url: await hostedUrl(fixture, red) }];
			const edit = { model: 'flux_2_pro', prompt: 'Edit it', inputImages: { image } };
			onlyItem(await fixture.image(edit));
			expect(fixture.sentParameters()['input_image']).toBe(red.toString('base64'));
			expect(fixture.calls('picture')[0]).toMatchObject({ authorization: false });
		},
	},
	{
		name: 'names other hosts and spellings where a model of its tables is not known',
		on: isQueue,
		async check(fixture) {
			fixture.sandbox.quirks.set({ hyphenatedModels: true });
			const { error } = await fixture.image({ prompt: 'Apple' });
			expect(error?.message).toContain('does not know');
			expect(error?.description).toMatch(/host|Base URL/i);
			expect(error?.description).toMatch(/spell|hyphen/i);
		},
	},
	{
		name: 'finds its way with any unit of the working time',
		on: isQueue,
		async check(fixture) {
			for (const inferenceTime of ['milliseconds', 'constant'] as const) {
				fixture.sandbox.quirks.set({ inferenceTime });
				const run = await fixture.image({ prompt: 'Apple', options: { timeout: 10 } });
				expect(onlyItem(run).json['status']).toBe('completed');
			}
		},
	},
];
