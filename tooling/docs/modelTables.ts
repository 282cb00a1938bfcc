import { GATEWAYS } from '../../nodes/FluxImage/gateways';
import { models } from '../../nodes/FluxImage/models';
import type { Model, ModelOffer } from '../../nodes/FluxImage/models/model';
import { code, link, table, type Language } from './markdown';

/** The headings of the tables, by language. */
const HEADINGS = {
	en: {
		model: 'Model',
		offers: ['Gateways', 'ID', 'Input images', 'Fields beside Prompt'],
	},
	ru: {
		model: 'Модель',
		offers: ['Шлюзы', 'ID', 'Исходных картинок', 'Поля, кроме Prompt'],
	},
} as const;

const gateways = Object.values(GATEWAYS);

/** Which gateway sells which model. */
export function sellerTable(language: Language, page: (name: string) => string): string {
	return table(
		[HEADINGS[language].model, ...gateways.map(({ displayName }) => displayName)],
		models.map((model) => [
			link(model.name, page(pageName(model))),
			...gateways.map(({ id }) => (isSoldAt(model, id) ? '✓' : '')),
		]),
	);
}

/** What each gateway sells, with its IDs and fields. */
export function offerTable(language: Language, page: (name: string) => string): string {
	const { model: heading, offers: headings } = HEADINGS[language];
	return table(
		[heading, ...headings],
		models.flatMap((model) => model.offers.map((offer) => offerRow(model, offer, page))),
	);
}

function offerRow(model: Model, offer: ModelOffer, page: (name: string) => string): string[] {
	const { gateways: ids, id, inputImages, parameters } = offer;
	const sellers = gateways.filter((gateway) => ids.includes(gateway.id));
	return [
		link(model.name, page(pageName(model))),
		sellers.map(({ displayName }) => displayName).join(', '),
		code(id),
		String(inputImages?.maximumCount ?? 0),
		parameters
			.filter((parameter) => parameter.name !== 'prompt')
			.map(({ label }) => label)
			.join(', '),
	];
}

function isSoldAt({ offers }: Model, gateway: ModelOffer['gateways'][number]): boolean {
	return offers.some(({ gateways: ids }) => ids.includes(gateway));
}

/** The page of a model within `docs/models`, named by the model's first ID. */
export function pageName({ offers }: Model): string {
	return `${(offers[0]?.id ?? '').replaceAll('_', '-')}.md`;
}
