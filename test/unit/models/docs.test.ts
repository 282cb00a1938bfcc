import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { models } from '../../../nodes/FluxImage/models';
import { modelPages } from '../../../tooling/docs/modelPages';

const folder = join(__dirname, '..', '..', '..', 'docs', 'models');

describe('The pages of the models (if this fails: npm run docs)', () => {
	it.each([...modelPages()])('%s says what the tables say', (name, text) => {
		expect(readFileSync(join(folder, name), 'utf8')).toBe(text);
	});

	it('are one for each model, and an overview', () => {
		expect(readdirSync(folder).sort()).toEqual([...modelPages().keys()].sort());
		expect(modelPages().size).toBe(models.length + 1);
	});
});
