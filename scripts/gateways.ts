import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ICredentialType } from 'n8n-workflow';

/** A gateway as the built package offers it. */
export interface Gateway {
	/** The value of the node's `gateway` parameter, e.g. `seaArtCloud`. */
	name: string;
	/** E.g. `seaArtCloudApi`. */
	credentialType: string;
	/** The name that n8n itself gives a first credential of the type, e.g. `SeaArt Cloud account`. */
	credentialName: string;
	/** The address of the real gateway. */
	baseUrl: string;
}

type CredentialClass = new () => ICredentialType;

/**
 * The gateways of the built package, read from its credentials so that a new one needs no row here.
 *
 * @param project folder of the built package
 */
export function readGateways(project: string): Gateway[] {
	const { n8n } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
		n8n: { credentials: string[] };
	};
	return n8n.credentials.map((path) => {
		const { name, displayName, properties } = loadCredential(join(project, path));
		const baseUrl = properties.find((property) => property.name === 'baseUrl')?.default;
		return {
			name: name.replace(/Api$/, ''),
			credentialType: name,
			credentialName: `${displayName.replace(/ API$/, '')} account`,
			baseUrl: String(baseUrl),
		};
	});
}

function loadCredential(path: string): ICredentialType {
	const load = createRequire(__filename) as (path: string) => Record<string, CredentialClass>;
	const [Credential] = Object.values(load(path));
	if (!Credential) throw new Error(`${path} exports no credential`);
	return new Credential();
}
