import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { offersOf } from '../../../nodes/FluxImage/models';
import { OPERATIONS } from '../../../nodes/FluxImage/operations';
import { OPTIONS } from '../../../nodes/FluxImage/operations/options';
import { dropdownsOf, nodeForms, toolForms, withAllAdded } from '../../../tooling/editor/forms';

const forms = nodeForms();

const formOf = (name: string, all = forms) => {
	const form = all.find((each) => each.name === name);
	if (!form) throw new Error(`There is no form ${name}`);
	return form;
};

describe('The forms that are taken pictures of', () => {
	it.each(Object.values(GATEWAYS))('are all that $displayName has', ({ id, cancel }) => {
		const own = forms.filter(({ gateway }) => gateway === id).map(({ name }) => name);
		for (const { resource, value, needsCancel } of OPERATIONS) {
			const ofOperation = own.filter((name) => name.startsWith(`${id}-${value}`));
			if (needsCancel && !cancel) expect(ofOperation).toEqual([]);
			else if (resource === 'task') expect(ofOperation.length).toBeGreaterThan(0);
			else {
				const models = [...offersOf(id).map(({ offer }) => offer.id), 'other'];
				const expected = models.map((model) => `${id}-${value}-${model}`);
				expect(ofOperation.sort()).toEqual(expected.sort());
			}
		}
	});

	it('have names of their own, by which files can be told apart', () => {
		const all = [...forms, ...toolForms()].flatMap((form) => [form, withAllAdded(form)]);
		const names = all.map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
		for (const name of names) expect(name).toMatch(/^[\w-]+$/);
	});

	it('have each option, once they are all added, at its default', () => {
		const { parameters } = withAllAdded(formOf('seaArtCloud-generateAndWait-flux_kontext_max'));
		expect(Object.keys(parameters.options as object).sort()).toEqual(Object.keys(OPTIONS).sort());
		expect(parameters.options).toMatchObject({ timeout: 600, shareLink: 'off' });
		expect(parameters.additionalFields).toMatchObject({ seed: 42, safetyTolerance: 2 });
	});

	it('have a row for each source, as far as the model takes so many images', () => {
		const sourcesOf = (model: string) => {
			const { parameters } = withAllAdded(formOf(`seaArtCloud-create-${model}`));
			return (parameters.inputImages as { image: object[] }).image;
		};
		expect(sourcesOf('flux_kontext_max')).toHaveLength(4);
		expect(sourcesOf('flux_pro_11')).toEqual([{ source: 'base64' }]);
	});

	it("have in the agent's tool also what shows only where images are downloaded", () => {
		const name = 'tool-vtrix-generateAndWait-flux_pro_11';
		const { parameters } = withAllAdded(formOf(name, toolForms()));
		expect(parameters.options).toMatchObject({ downloadImages: true, maxImageSize: 100 });
		expect(parameters.options).not.toHaveProperty('maxConcurrentTasks');
	});

	it('have their dropdowns named, those of what is added among them', () => {
		const form = formOf('toApis-generateAndWait-flux-2-pro');
		const ownFields = ['gateway', 'resource', 'operation', 'model', 'size'];
		expect(dropdownsOf(form)).toEqual(ownFields);
		const added = ['source', 'imageField', 'resolution'];
		const options = ['onTimeout', 'reuseInTestRuns', 'shareLink'];
		const expected = [...ownFields, ...added, ...options];
		expect(dropdownsOf(withAllAdded(form)).sort()).toEqual(expected.sort());
	});
});
