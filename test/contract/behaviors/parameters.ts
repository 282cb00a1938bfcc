import type { Behavior } from '../behavior';
import type { GatewayRow } from '../gatewayRows';
import { onlyItem } from '../gatewayFixture';
import { itemWith, smallPicture } from './inputImages';

const isToApis = ({ gateway }: GatewayRow) => gateway === 'toApis';
const isVtrix = ({ gateway }: GatewayRow) => gateway === 'vtrix';

/** What a create holds. */
export const parameterBehaviors: readonly Behavior[] = [
	{
		name: 'sends only what the person set',
		async check(fixture) {
			onlyItem(await fixture.image({ prompt: 'A plum' }));
			expect(fixture.sentParameters()).toEqual({ prompt: 'A plum' });
		},
	},
	{
		name: 'sends the shared parameters under its own names',
		async check(fixture) {
			const additionalFields = { promptUpsampling: true, safetyTolerance: '3' };
			onlyItem(await fixture.image({ prompt: 'A plum', additionalFields }));
			const wire = { prompt_upsampling: true, safety_tolerance: 3 };
			expect(fixture.sentParameters()).toMatchObject(
				isToApis(fixture.row) ? { metadata: wire } : wire,
			);
		},
	},
	{
		name: 'refuses a parameter out of range, before any call',
		async check(fixture) {
			const { error } = await fixture.image({
				prompt: 'A plum',
				additionalFields: { safetyTolerance: 7 },
			});
			expect(error?.message).toContain('Safety Tolerance');
			expect(error?.message).toContain('7');
			expect(fixture.sandbox.ledger.requests).toHaveLength(0);
		},
	},
	{
		name: 'sends metadata only when it is set',
		on: isToApis,
		async check(fixture) {
			onlyItem(await fixture.image({ prompt: 'A plum', size: '16:9' }));
			expect(fixture.createBody()).toEqual({
				model: 'flux-kontext-max',
				prompt: 'A plum',
				size: '16:9',
			});
		},
	},
	{
		name: 'sends images under the name that the person picks',
		on: isToApis,
		async check(fixture) {
			const items = [itemWith({ data: await smallPicture('red') })];
			const image = [{ source: 'binary', binaryPropertyName: 'data' }];
			const additionalFields = { imageField: 'image_urls' };
			onlyItem(
				await fixture.image(
					{ prompt: 'A plum', inputImages: { image }, additionalFields },
					{ items },
				),
			);
			const sent = fixture.sentParameters();
			expect(sent['image_urls']).toEqual([expect.stringMatching(/^http.*\/uploads\//)]);
			expect(sent).not.toHaveProperty('reference_images');
			expect(sent).not.toHaveProperty('imageField');
		},
	},
	{
		name: 'takes one image as image_urls for Kontext, and several for FLUX.2',
		on: isToApis,
		async check(fixture) {
			const additionalFields = { imageField: 'image_urls' };
			const items = [itemWith({ a: await smallPicture('red'), b: await smallPicture('blue') })];
			const image = ['a', 'b'].map((name) => ({ source: 'binary', binaryPropertyName: name }));
			const edit = { prompt: 'A plum', inputImages: { image }, additionalFields };
			const refused = await fixture.image(edit, { items });
			expect(refused.error?.message).toContain('must be at most 1');
			onlyItem(await fixture.image({ ...edit, model: 'flux-2-pro' }, { items }));
			expect(fixture.sentParameters()['image_urls']).toHaveLength(2);
		},
	},
	{
		name: 'wraps the parameters in input, or sends them flat',
		on: isVtrix,
		async check(fixture) {
			onlyItem(await fixture.image({ prompt: 'A plum' }));
			const model = 'flux_kontext_max';
			expect(fixture.createBody()).toEqual({ model, input: [{ params: { prompt: 'A plum' } }] });
			fixture.sandbox.ledger.clear();
			onlyItem(await fixture.image({ prompt: 'A plum', additionalFields: { flatRequest: true } }));
			expect(fixture.createBody()).toEqual({ model, prompt: 'A plum' });
		},
	},
	{
		name: 'sends the parameters that it alone has',
		on: isVtrix,
		async check(fixture) {
			const additionalFields = { steps: 30, guidanceScale: '2.5', negativePrompt: 'text' };
			onlyItem(await fixture.image({ prompt: 'A plum', additionalFields }));
			expect(fixture.sentParameters()).toEqual({
				prompt: 'A plum',
				steps: 30,
				guidance_scale: 2.5,
				negative_prompt: 'text',
			});
		},
	},
];
