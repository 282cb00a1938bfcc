import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ICredentialType } from 'n8n-workflow';

const PROJECT = join(__dirname, '..');

const load = createRequire(__filename);

/** The credentials that the package names, in its order, from their sources. */
export const credentials: readonly ICredentialType[] = packagedPaths().map((path) => {
	// Both tsx and Jest read TypeScript by `require`.
	const exported = load(join(PROJECT, path)) as Record<string, new () => ICredentialType>;
	const [Credential] = Object.values(exported);
	if (!Credential) throw new Error(`${path} exports no credential`);
	return new Credential();
});

/** The address of the real gateway, as its credential has it. */
export function realBaseUrl(credentialType: string): string {
	const credential = credentials.find(({ name }) => name === credentialType);
	const field = credential?.properties.find(({ name }) => name === 'baseUrl');
	if (typeof field?.default !== 'string') throw new Error(`No base URL in ${credentialType}`);
	return field.default;
}

function packagedPaths(): string[] {
	const { n8n } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
		n8n: { credentials: string[] };
	};
	return n8n.credentials.map((path) => path.replace(/^dist\//, '').replace(/\.js$/, ''));
}
