import {
	dropdownsOf,
	nodeForms,
	toolForms,
	withAllAdded,
	type Form,
	type FormKind,
} from '../../tooling/editor/forms';
import type { Picture, PosedNode, Studio } from './studio';

const TYPES: Readonly<Record<FormKind, string>> = {
	node: 'n8n-nodes-flux-image.fluxImage',
	tool: 'n8n-nodes-flux-image.fluxImageTool',
};

/** Two pictures of each form, as it comes and with everything added, and one of each open dropdown. */
export function formPictures(): Picture[] {
	const forms = [...nodeForms(), ...toolForms()];
	const both = forms.flatMap((form) => [form, withAllAdded(form)]);
	return [...both.map((form) => formPicture(form, both)), ...dropdownPictures(both)];
}

/** Forms that share a workflow: those of a gateway, one kind and operation. */
const groupOf = ({ kind, gateway, parameters }: Form) =>
	['Forms', kind, gateway, parameters.operation].join(', ');

function formPicture(form: Form, all: readonly Form[]): Picture {
	return {
		name: `form-${form.name}`,
		take: async (studio) => {
			await showForm(studio, form, all);
			await studio.withNode(form.name, async (view) => await view.screenshot(`form-${form.name}`));
		},
	};
}

/** Each list of the node once for each gateway and resource, in the first form that has it. */
function dropdownPictures(all: readonly Form[]): Picture[] {
	const pictures = new Map<string, Picture>();
	for (const form of all.filter(({ kind }) => kind === 'node')) {
		for (const field of dropdownsOf(form)) {
			const name = ['dropdown', form.gateway, form.parameters.resource, field].join('-');
			if (!pictures.has(name)) pictures.set(name, dropdownPicture(name, form, field, all));
		}
	}
	return [...pictures.values()];
}

const dropdownPicture = (
	name: string,
	form: Form,
	field: string,
	all: readonly Form[],
): Picture => ({
	name,
	take: async (studio) => {
		await showForm(studio, form, all);
		await studio.withNode(form.name, async (view) => {
			await view.openDropdown(field);
			await studio.editor.screenshot(name);
			await studio.editor.page.keyboard.press('Escape');
		});
	},
});

async function showForm(studio: Studio, form: Form, all: readonly Form[]): Promise<void> {
	const group = groupOf(form);
	await studio.showNodes(group, () =>
		all.filter((other) => groupOf(other) === group).map((each) => posed(studio, each)),
	);
}

const posed = (studio: Studio, { kind, name, gateway, parameters }: Form): PosedNode => ({
	name,
	type: TYPES[kind],
	typeVersion: 1,
	parameters: { ...parameters },
	credentials: studio.credentialOf(gateway),
});
