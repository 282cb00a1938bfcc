import { GATEWAYS } from '../../nodes/FluxImage/gateways';

const names = Object.values(GATEWAYS).map(({ displayName }) => displayName);

/** The form for bugs, whose dropdown lists every gateway. */
export function fillBugForm(text: string): string {
	const list = [...names, 'The local sandbox'].join(', ');
	return replaced(text, /(label: Gateway\n\s+options: )\[.*\]/, `[${list}]`);
}

/** The file by which n8n's search finds the node: what it tells of itself names every gateway. */
export function fillCodex(text: string): string {
	const last = names.at(-1) ?? '';
	const told = `through ${names.slice(0, -1).join(', ')} or ${last}.`;
	const withDetails = replaced(text, /("details": ".*: )through .*?(?=")/, told);
	// The names stand at the end of the list, after the marker "AI art".
	const listed = names.map((name) => `\n\t\t${JSON.stringify(name)}`).join(',');
	return replaced(withDetails, /("AI art",)[^\]]*(?=\n\t\])/, listed);
}

/** @throws where the place is missing */
function replaced(text: string, place: RegExp, content: string): string {
	if (!place.test(text)) throw new Error(`No place like ${String(place)}`);
	return text.replace(place, (_, head: string) => `${head}${content}`);
}
