import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
	createServer,
	type IncomingMessage,
	type RequestListener,
	type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { ensureProgram } from '../../tooling/services/program';
import type { Tarball } from './packageTarballs';

/** The registry that n8n has by default, and takes no other in place of without a licence. */
const REGISTRY_HOST = 'registry.npmjs.org';

/**
 * The node's peer, which npm looks up even where it is told to leave peers out. Its file is not there:
 * an npm that wants to install it fails.
 */
const PEER = {
	name: 'n8n-workflow',
	described: {
		name: 'n8n-workflow',
		'dist-tags': { latest: '2.0.0' },
		versions: {
			'2.0.0': {
				...{ name: 'n8n-workflow', version: '2.0.0' },
				dist: { tarball: `https://${REGISTRY_HOST}/n8n-workflow/-/n8n-workflow-2.0.0.tgz` },
			},
		},
	},
};

/** npm's public registry with one package in it, for whoever goes through this proxy. */
export interface PackageRegistry {
	/** What an n8n needs in its environment to take it for npm's registry. */
	environment: Record<string, string>;
	/** Hosts that were asked for and refused. Nothing is ever sent on. */
	readonly refused: ReadonlySet<string>;
	/** From now on the tarball is the latest version; earlier ones stay. */
	publish(tarball: Tarball): void;
	close(): void;
}

/**
 * Starts the registry on the loopback. It is an HTTPS proxy that answers for the registry itself, by a
 * certificate made for the occasion, and refuses every other host, so that nothing leaves the machine.
 *
 * @param folder for the certificate, and for what npm would keep in the account's own files
 */
export async function startPackageRegistry(folder: string): Promise<PackageRegistry> {
	const versions = new Map<string, Tarball>();
	const refused = new Set<string>();
	const { certificateFile, ...identity } = makeCertificate(folder);
	const registry = createSecureServer(identity, answer(versions));
	const proxy = createServer((request, response) => {
		refused.add(new URL(request.url ?? '', 'http://unknown').host);
		response.writeHead(403).end();
	});
	proxy.on('connect', ({ url = '' }: IncomingMessage, socket: Socket) => {
		socket.on('error', () => socket.destroy());
		const host = url.replace(/:443$/, '');
		if (host !== REGISTRY_HOST) {
			refused.add(host);
			socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
			return;
		}
		socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
		registry.emit('connection', socket);
	});
	proxy.listen(0, '127.0.0.1');
	await once(proxy, 'listening');
	const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
	return {
		environment: {
			...proxySettings(url),
			NODE_EXTRA_CA_CERTS: certificateFile,
			// npm's cache would keep this registry's answers for the real one's, and npm's settings on this
			// machine may name other registries and certificates.
			npm_config_cache: join(folder, 'npm-cache'),
			npm_config_globalconfig: join(folder, 'no-global-npmrc'),
			npm_config_userconfig: join(folder, 'no-npmrc'),
			npm_config_cafile: certificateFile,
			npm_config_fetch_retries: '0',
			npm_config_update_notifier: 'false',
		},
		refused,
		publish: (tarball) => versions.set(tarball.manifest.version, tarball),
		close: () => {
			registry.closeAllConnections();
			proxy.closeAllConnections();
			proxy.close();
		},
	};
}

function proxySettings(url: string): Record<string, string> {
	const settings = { http_proxy: url, https_proxy: url, no_proxy: '127.0.0.1,localhost' };
	const pairs = Object.entries(settings);
	return Object.fromEntries([
		...pairs,
		...pairs.map(([name, value]) => [name.toUpperCase(), value]),
	]);
}

/** A key and a certificate of the registry's host, valid for a day and signed by itself. */
function makeCertificate(folder: string) {
	const keyFile = join(folder, 'registry.key');
	const certificateFile = join(folder, 'registry.crt');
	const openssl = ensureProgram({ names: ['openssl'], debianPackage: 'openssl' });
	const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'];
	const names = ['-subj', `/CN=${REGISTRY_HOST}`, '-addext', `subjectAltName=DNS:${REGISTRY_HOST}`];
	const files = ['-keyout', keyFile, '-out', certificateFile];
	const { status, stderr } = spawnSync(
		openssl,
		['req', '-x509', ...ec, ...names, '-days', '1', ...files],
		{ encoding: 'utf8' },
	);
	if (status !== 0) throw new Error(`openssl made no certificate: ${stderr}`);
	return { certificateFile, key: readFileSync(keyFile), cert: readFileSync(certificateFile) };
}

/** What a registry says: the package with all versions, one version of it, or a tarball. */
function answer(versions: ReadonlyMap<string, Tarball>): RequestListener {
	return ({ url = '' }: IncomingMessage, response: ServerResponse) => {
		const [name, version, file] = url.slice(1).split('/').map(decodeURIComponent);
		const json = (status: number, body: object) =>
			response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
		if (name === PEER.name) return json(200, PEER.described);
		const latest = [...versions.values()].at(-1);
		if (!latest || name !== latest.manifest.name) return json(404, { error: 'Not found' });
		if (version === undefined) {
			const all = [...versions].map(([number, tarball]) => [number, described(tarball)]);
			return json(200, {
				name,
				'dist-tags': { latest: latest.manifest.version },
				versions: Object.fromEntries(all),
			});
		}
		const wanted = [...versions.values()].find((tarball) =>
			version === '-' ? fileOf(tarball) === file : tarball.manifest.version === version,
		);
		const found = wanted ?? (version === 'latest' ? latest : undefined);
		if (!found) return json(404, { error: 'version not found' });
		if (version !== '-') return json(200, described(found));
		return response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(found.bytes);
	};
}

const fileOf = ({ manifest }: Tarball) => `${manifest.name}-${manifest.version}.tgz`;

function described(tarball: Tarball): object {
	const { manifest, bytes } = tarball;
	const hash = (algorithm: string) => createHash(algorithm).update(bytes);
	return {
		...manifest,
		_id: `${manifest.name}@${manifest.version}`,
		dist: {
			tarball: `https://${REGISTRY_HOST}/${manifest.name}/-/${fileOf(tarball)}`,
			shasum: hash('sha1').digest('hex'),
			integrity: `sha512-${hash('sha512').digest('base64')}`,
		},
	};
}
