import { join } from 'node:path';
import { N8N_LINES, type N8nLine } from './install';

/** n8n without its calls home: no telemetry, news, templates, licence or registry look-ups. */
const OFFLINE: Record<string, string> = {
	EXTERNAL_FRONTEND_HOOKS_URLS: '',
	N8N_DIAGNOSTICS_CONFIG_BACKEND: '',
	N8N_DIAGNOSTICS_CONFIG_FRONTEND: '',
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_DYNAMIC_BANNERS_ENABLED: 'false',
	N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
	N8N_REINSTALL_MISSING_PACKAGES: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	// The list of verified community packages comes from n8n's own server.
	N8N_VERIFIED_PACKAGES_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
};

/** What would stand between a newcomer and the editor. */
const QUIET: Record<string, string> = {
	N8N_HIRING_BANNER_ENABLED: 'false',
	N8N_LOG_LEVEL: 'info',
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'true',
};

/** The only folder, beside its own, that workflows may read and write. */
export function filesFolder(userFolder: string): string {
	return join(userFolder, 'files');
}

/** n8n's database, where it is not PostgreSQL. */
export function databaseFile(userFolder: string): string {
	return join(userFolder, '.n8n', 'database.sqlite');
}

/**
 * The environment of an n8n on the loopback with a folder of its own. Of this process's
 * environment only what is not n8n's or npm's goes in, so that a developer's own settings change
 * nothing.
 */
export function n8nEnvironment(
	line: N8nLine,
	userFolder: string,
	port: number,
	brokerPort: number,
): Record<string, string> {
	const inherited = Object.entries(process.env).filter(
		(entry): entry is [string, string] =>
			entry[1] !== undefined &&
			!/^(n8n_|npm_|db_|queue_|executions_|offload_|node_options)/i.test(entry[0]),
	);
	return {
		...Object.fromEntries(inherited),
		...OFFLINE,
		...QUIET,
		// By default n8n 1 has no pool and writes an execution's end and its data one after the other:
		// who reads in between sees a success without any data. n8n 2 starts with a pool of three.
		DB_SQLITE_POOL_SIZE: '3',
		DB_TYPE: 'sqlite',
		N8N_DISABLED_MODULES: N8N_LINES[line].disabledModules.join(','),
		N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
		N8N_EDITOR_BASE_URL: `http://127.0.0.1:${port}`,
		N8N_HOST: '127.0.0.1',
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_PORT: String(port),
		N8N_RESTRICT_FILE_ACCESS_TO: filesFolder(userFolder),
		N8N_RUNNERS_BROKER_LISTEN_ADDRESS: '127.0.0.1',
		N8N_RUNNERS_BROKER_PORT: String(brokerPort),
		// Plain HTTP on the loopback: a cookie marked secure would never come back.
		N8N_SECURE_COOKIE: 'false',
		N8N_USER_FOLDER: userFolder,
		NODE_ENV: 'production',
		WEBHOOK_URL: `http://127.0.0.1:${port}/`,
	};
}
