import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { OUTPUT_NAMES } from '../../../nodes/FluxImage/operations/output';
import { readDocument, tableHeaded } from './document';

const page = readDocument('docs/output.md');

const firstCells = (head: string) =>
	tableHeaded(page, head)
		.slice(1)
		.map(([cell]) => cell);

describe('docs/output.md', () => {
	it('lists every name that an item may have', () => {
		expect(firstCells('Field').sort()).toEqual(OUTPUT_NAMES.map((name) => `\`${name}\``).sort());
	});

	it('tells of every gateway how long its links live', () => {
		expect(firstCells('Gateway')).toEqual(
			Object.values(GATEWAYS).map(({ displayName }) => displayName),
		);
	});
});
