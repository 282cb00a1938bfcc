import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { startInBackground } from './background';
import { ensureProgram } from './program';

/** A fresh server is ready in a second; this leaves room for a busy machine. */
const START_TIMEOUT_MS = 60_000;
const LARGEST_ANSWER_BYTES = 64 * 1024 * 1024;
const USER = 'n8n';
const DATABASE = 'n8n';
/** Debian keeps the servers of each major version apart, outside the PATH. */
const DEBIAN_FOLDER = '/usr/lib/postgresql';
/** What runs PostgreSQL where this process is root: PostgreSQL refuses root. The first that exists. */
const ACCOUNTS = ['postgres', 'nobody'];

/** Where a database is, and how to get in. */
export interface PostgresLogin {
	/** The path of the client program. */
	psql: string;
	port: number;
	user: string;
	password: string;
	database: string;
}

/** A running PostgreSQL of one's own, with an empty database. */
export interface Postgres {
	login: PostgresLogin;
	stop(): Promise<void>;
}

interface Account {
	uid: number;
	gid: number;
}

/**
 * Starts a PostgreSQL on the loopback, with its data in a folder of its own.
 *
 * @param folder an existing folder that any account may enter; the data go below it
 * @throws where no PostgreSQL is installed, saying what to install; where it does not start
 */
export async function startPostgres(folder: string): Promise<Postgres> {
	const { default: getPort } = await import('get-port');
	const programs = findPrograms();
	const port = await getPort({ host: '127.0.0.1' });
	const account = ordinaryAccount();
	const home = join(folder, 'postgres');
	const password = randomBytes(12).toString('hex');
	await mkdir(home, { mode: 0o700 });
	if (account) await chown(home, account.uid, account.gid);
	const data = await makeCluster(programs.initdb, home, password, account);
	// A crash of the machine loses nothing that a test needs.
	const settings = { fsync: 'off', listen_addresses: '127.0.0.1', unix_socket_directories: '' };
	const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

	const login = { psql: programs.psql, port, user: USER, password, database: DATABASE };
	const system = { ...login, database: 'postgres' };
	const server = await startInBackground(
		programs.postgres,
		['-D', data, '-p', String(port), ...flags],
		{
			name: 'PostgreSQL',
			cwd: home,
			logFile: join(folder, 'postgres.log'),
			account,
			// Ends at once where n8n has left a connection open.
			stopSignal: 'SIGINT',
		},
		async () =>
			await queryPostgres(system, 'SELECT 1').then(
				() => true,
				() => false,
			),
		START_TIMEOUT_MS,
	);
	await queryPostgres(system, `CREATE DATABASE ${DATABASE}`);
	return { login, stop: server.stop };
}

/**
 * Runs a query and gives its values as text, a list of columns for each row.
 *
 * @throws with what psql says
 */
export async function queryPostgres(login: PostgresLogin, sql: string): Promise<string[][]> {
	const args = ['-XAtq', '-F', '\t', '-v', 'ON_ERROR_STOP=1', '-c', sql];
	const { stdout } = await promisify(execFile)(login.psql, args, {
		env: {
			PGHOST: '127.0.0.1',
			PGPORT: String(login.port),
			PGUSER: login.user,
			PGPASSWORD: login.password,
			PGDATABASE: login.database,
		},
		maxBuffer: LARGEST_ANSWER_BYTES,
	});
	return stdout === ''
		? []
		: stdout
				.trimEnd()
				.split('\n')
				.map((row) => row.split('\t'));
}

async function makeCluster(
	initdb: string,
	home: string,
	password: string,
	account: Account | undefined,
): Promise<string> {
	const { execa } = await import('execa');
	const data = join(home, 'data');
	const passwordFile = join(home, 'password');
	await writeFile(passwordFile, password, { mode: 0o600 });
	if (account) await chown(passwordFile, account.uid, account.gid);
	const args = ['-D', data, '-U', USER, '-E', 'UTF8', '--locale=C', '-A', 'scram-sha-256'];
	await execa(initdb, [...args, `--pwfile=${passwordFile}`, '--no-sync'], {
		cwd: home,
		...account,
	});
	await rm(passwordFile);
	return data;
}

function findPrograms(): { postgres: string; initdb: string; psql: string } {
	const versions = existsSync(DEBIAN_FOLDER) ? readdirSync(DEBIAN_FOLDER).sort(byNumber) : [];
	const folders = versions.map((version) => join(DEBIAN_FOLDER, version, 'bin'));
	const debianPackage = 'postgresql';
	const postgres = realpathSync(ensureProgram({ names: ['postgres'], folders, debianPackage }));
	// Those of the same version stand beside it, behind whatever link led there.
	const beside = (name: string) => join(dirname(postgres), name);
	return { postgres, initdb: beside('initdb'), psql: beside('psql') };
}

function byNumber(one: string, other: string): number {
	return Number(other) - Number(one);
}

function ordinaryAccount(): Account | undefined {
	if (process.getuid?.() !== 0) return undefined;
	for (const name of ACCOUNTS) {
		const id = (flag: string) => spawnSync('id', [flag, name], { encoding: 'utf8' });
		const user = id('-u');
		if (user.status === 0) return { uid: Number(user.stdout), gid: Number(id('-g').stdout) };
	}
	throw new Error(`PostgreSQL does not run as root, and there is no account ${ACCOUNTS.join('/')}`);
}
