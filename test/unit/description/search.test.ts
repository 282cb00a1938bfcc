import { sublimeSearch } from '@n8n/utils/search/sublime-search';

import codex from '../../../nodes/FluxImage/FluxImage.node.json';
import { FluxImage } from '../../../nodes/FluxImage/FluxImage.node';
import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { idsOf, models } from '../../../nodes/FluxImage/models';

/** The node as n8n's panel searches it. */
const NODE = { properties: { displayName: new FluxImage().description.displayName, codex } };

const finds = (words: string) => sublimeSearch(words, [NODE]).length === 1;

/** A model's name as people type it: in full, without its brackets, with hyphens or blanks for dots. */
function spellings(name: string): string[] {
	const plain = name.replace(/[[\]]/g, '').toLowerCase();
	return [
		name,
		plain,
		plain.replaceAll(/[. ]/g, ''),
		plain.replaceAll('.1 ', ' ').replace('.', ' '),
	];
}

describe('The search of the node panel, by the rule of n8n itself, finds the node', () => {
	it.each(models.flatMap(({ name }) => spellings(name)))('by the model as in "%s"', (words) => {
		expect(finds(words)).toBe(true);
	});

	it.each(models.flatMap(idsOf))('by the id %s, as a gateway spells it', (id) => {
		expect(finds(id)).toBe(true);
	});

	it.each(Object.values(GATEWAYS))('by its gateway $displayName', ({ displayName }) => {
		expect(finds(displayName)).toBe(true);
	});

	it.each([
		...['flux', 'flux.1', 'flux 1.1', 'flux 2', 'flux-2', 'flux2', 'FLUX.2', 'flux pro'],
		...['FLUX.1 Kontext', 'flux kontext', 'flux-kontext', 'flux generate', 'black forest', 'bfl'],
		...[
			'image',
			'images',
			'picture',
			'photo',
			'draw',
			'inpaint',
			'ai art',
			'ai image',
			'ai picture',
		],
		...['create image', 'make image', 'generate image', 'generate images', 'image generation'],
		...['generate picture', 'create picture', 'make picture', 'draw picture', 'generate photo'],
		...['edit image', 'edit images', 'image edit', 'image editor', 'edit picture', 'edit photo'],
		...['text to image', 'text-to-image', 'image to image', 'image-to-image'],
		...['изображение', 'картинка', 'нарисовать', 'Создать изображение', 'редактировать фото'],
	])('by the words "%s"', (words) => {
		expect(finds(words)).toBe(true);
	});

	it.each(['invoice', 'stable diffusion', 'video', 'edit fields'])('but not by "%s"', (words) => {
		expect(finds(words)).toBe(false);
	});
});
