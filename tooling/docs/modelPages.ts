import { GATEWAYS } from '../../nodes/FluxImage/gateways';
import { models } from '../../nodes/FluxImage/models';
import { expectationOf } from '../../nodes/FluxImage/models/describeConstraint';
import type {
	InputImageRule,
	Model,
	ModelOffer,
	ModelParameter,
} from '../../nodes/FluxImage/models/model';
import { code, table } from './markdown';
import { offerTable, pageName } from './modelTables';

/** The pages of `docs/models`, made of the models' tables and of nothing else: name to text. */
export function modelPages(): Map<string, string> {
	return new Map([
		['README.md', overview()],
		...models.map((model) => [pageName(model), modelPage(model)] as const),
	]);
}

const ORIGIN =
	'<!-- Written by `npm run docs` from the tables in nodes/FluxImage/models. Change those instead. -->';

const gateways = Object.values(GATEWAYS);

function overview(): string {
	return page(
		'# Models',
		'What each gateway sells, by the ID that the gateway gives it. The links lead to the ranges and defaults of the fields. Any other model of a gateway works through **Other (Any Model ID)**, with its parameters as JSON.',
		offerTable('en', (name) => name),
	);
}

function modelPage(model: Model): string {
	return page(
		`# ${model.name}`,
		`${model.description}.`,
		...model.offers.flatMap(offerSection),
		'[All models](README.md)',
	);
}

function offerSection(offer: ModelOffer): string[] {
	const names = gateways
		.filter(({ id }) => offer.gateways.includes(id))
		.map(({ displayName }) => displayName);
	return [
		`## ${new Intl.ListFormat('en-GB').format(names)}: ${code(offer.id)}`,
		table(
			['Field', 'In the node', 'In the request', 'Takes', 'Default', 'What it does'],
			offer.parameters.map(parameterRow),
		),
		...(offer.inputImages ? [imageSentences(offer.inputImages)] : []),
	];
}

function parameterRow(parameter: ModelParameter): string[] {
	const { label, name, wirePath, placement, required, gatewayDefault, description } = parameter;
	const place = placement === 'main' ? name : `additionalFields.${name}`;
	return [
		required ? `${label} (required)` : label,
		code(place),
		wirePath === undefined ? 'not sent' : code(wirePath),
		expectationOf(parameter),
		gatewayDefault === undefined ? '' : code(String(gatewayDefault)),
		description,
	];
}

const FORM_NAMES = { url: 'by URL', base64: 'as base64' } as const;

function imageSentences(rule: InputImageRule): string {
	const {
		maximumCount,
		maximumBytes,
		wireNamesOfSeveral,
		urlsAreFetched,
		alternatives = [],
	} = rule;
	const forms = rule.forms.filter((form) => form === 'base64' || !urlsAreFetched);
	const megabytes = maximumBytes / 1024 / 1024;
	const limit =
		maximumCount === 1
			? `one image of at most ${megabytes} MB`
			: `up to ${maximumCount} images of at most ${megabytes} MB each`;
	const sentences = [
		`Input Images: ${limit}, sent ${forms
			.map((form) => FORM_NAMES[form])
			.join(' or ')} as ${wireNames(rule)}.`,
	];
	if (!forms.includes('base64')) {
		sentences.push('Binary data and base64 are uploaded to the gateway first.');
	}
	if (urlsAreFetched) {
		sentences.push('The node fetches a picture that is given by URL, and sends its bytes.');
	}
	if (wireNamesOfSeveral) {
		sentences.push(`Several go as ${wireNames({ wireNames: wireNamesOfSeveral })}.`);
	}
	for (const { when, ...forced } of alternatives) {
		sentences.push(
			`With ${code(when.parameter)} set to ${code(when.value)}: at most ${forced.maximumCount}, as ${wireNames(forced)}.`,
		);
	}
	return sentences.join(' ');
}

function wireNames({ wireNames: names }: Pick<InputImageRule, 'wireNames'>): string {
	if ('list' in names) return `the list ${code(names.list)}`;
	const [first = '', ...rest] = names;
	return rest.length === 0 ? code(first) : `${code(first)} to ${code(rest.at(-1) ?? '')}`;
}

const page = (...blocks: string[]) => `${[ORIGIN, ...blocks].join('\n\n')}\n`;
