import { GATEWAYS } from '../../nodes/FluxImage/gateways';
import { models } from '../../nodes/FluxImage/models';
import type { Model, ModelOffer } from '../../nodes/FluxImage/models/model';
import { MESSAGES, remedyFor } from '../../nodes/FluxImage/core/messages';
import { code, fillPart, link, table } from './markdown';
import { pageName } from './modelPages';
import { fillGateways } from './readmeGateways';
import { problemTable } from './readmeProblems';
import { dropdownTable } from './toolPage';

/** The headings of the tables of models, by language, and where the models' pages lie from there. */
const MODEL_TABLES = {
	en: {
		pages: 'docs/models',
		model: 'Model',
		gateways: 'Gateways',
		id: 'ID',
		images: 'Input images',
		fields: 'Fields beside Prompt',
	},
	ru: {
		pages: 'models',
		model: 'Модель',
		gateways: 'Шлюзы',
		id: 'ID',
		images: 'Исходных картинок',
		fields: 'Поля, кроме Prompt',
	},
} as const;

const EXPRESSION_HEADINGS = {
	en: ['Field', 'Expression'],
	ru: ['Поле', 'Выражение'],
} as const;

export type Language = keyof typeof MODEL_TABLES;

const gateways = Object.values(GATEWAYS);

/**
 * A README with its tables of models, expressions, problems and errors as the code has them. The remedies of errors in
 * another language are a translator's work: a test holds their rows to the code.
 */
export function fillReadme(text: string, language: Language): string {
	const withGateways = fillGateways(text, language);
	const withModels = fillPart(withGateways, 'models', modelTables(language));
	const withExpressions = fillPart(
		withModels,
		'expressions',
		dropdownTable(EXPRESSION_HEADINGS[language]),
	);
	const withProblems = fillPart(withExpressions, 'problems', problemTable(language));
	return language === 'en' ? fillPart(withProblems, 'errors', errorTable()) : withProblems;
}

function modelTables(language: Language): string {
	const headings = MODEL_TABLES[language];
	const byGateway = table(
		[headings.model, ...gateways.map(({ displayName }) => displayName)],
		models.map((model) => [
			link(model.name, `${headings.pages}/${pageName(model)}`),
			...gateways.map(({ id }) => (isSoldAt(model, id) ? '✓' : '')),
		]),
	);
	const byOffer = table(
		[headings.model, headings.gateways, headings.id, headings.images, headings.fields],
		models.flatMap((model) => model.offers.map((offer) => offerRow(model, offer))),
	);
	return `${byGateway}\n\n${byOffer}`;
}

function offerRow({ name }: Model, { gateways: ids, id, inputImages, parameters }: ModelOffer) {
	const sellers = gateways.filter((gateway) => ids.includes(gateway.id));
	return [
		name,
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

function errorTable(): string {
	const kinds = Object.keys(MESSAGES) as Array<keyof typeof MESSAGES>;
	return table(
		['What the error says', 'What to do'],
		kinds.map((kind) => {
			const [remedy, remedyOfTask] = [false, true].map((isOfTask) => remedyFor(kind, isOfTask));
			const ofTask = remedyOfTask === remedy ? '' : ` Where a task exists: ${remedyOfTask}`;
			return [MESSAGES[kind].message, `${remedy}${ofTask}`];
		}),
	);
}
