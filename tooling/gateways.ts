import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ICredentialType } from 'n8n-workflow';

/** A gateway as the built package offers it. */
export interface Gateway {
	/** The value of the node's `gateway` parameter, e.g. `seaArtCloud`. */
	name: string;
	/** For people, e.g. `SeaArt Cloud`. */
	title: string;
	/** E.g. `seaArtCloudApi`. */
	credentialType: string;
	/** The name that n8n itself gives a first credential of the type, e.g. `SeaArt Cloud account`. */
	credentialName: string;
	/** The address of the real gateway. */
	baseUrl: string;
	/** The id here of the model that has this id anywhere, else of the first that is sold here. */
	modelLike(id: string): string;
}

type CredentialClass = new () => ICredentialType;

/** What is used here of the built package's registry of models. */
interface ModelRegistry {
	findOffer(gateway: string, modelId: string): { id: string } | undefined;
	offersOf(gateway: string): Array<{ offer: { id: string } }>;
}

/**
 * The gateways of the built package, read from its credentials and its models so that a new one
 * needs no row here.
 *
 * @param project folder of the built package
 */
export function readGateways(project: string): Gateway[] {
	const { n8n } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
		n8n: { credentials: string[] };
	};
	const models = load<ModelRegistry>(join(project, 'dist', 'nodes', 'FluxImage', 'models'));
	return n8n.credentials.map((path) => {
		const { name: type, displayName, properties } = loadCredential(join(project, path));
		const name = type.replace(/Api$/, '');
		const title = displayName.replace(/ API$/, '');
		const baseUrl = properties.find((property) => property.name === 'baseUrl')?.default;
		const modelLike = (id: string) =>
			models.findOffer(name, id)?.id ?? models.offersOf(name)[0]?.offer.id ?? id;
		return {
			name,
			title,
			credentialType: type,
			credentialName: `${title} account`,
			baseUrl: String(baseUrl),
			modelLike,
		};
	});
}

function loadCredential(path: string): ICredentialType {
	const [Credential] = Object.values(load<Record<string, CredentialClass>>(path));
	if (!Credential) throw new Error(`${path} exports no credential`);
	return new Credential();
}

/** A module of the built package; it stands in no source, so the type is the caller's word. */
function load<Module>(path: string): Module {
	return createRequire(__filename)(path) as Module;
}
