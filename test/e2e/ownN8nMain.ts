import { ensureN8n, type N8nLine } from '../../tooling/n8n/install';
import { startN8n } from '../../tooling/n8n/server';

/** What `ownN8n.ts` asks of this program, as JSON in its one argument. */
export interface OwnN8nOrder {
	line: N8nLine;
	userFolder: string;
	environment: Record<string, string>;
}

/** Runs an n8n until this process is asked to end; prints its address once it is ready. */
async function main(): Promise<void> {
	// By `process.exit`, n8n is ended too; without a handler this process alone would die.
	for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.once(signal, () => process.exit());
	const { default: getPort } = await import('get-port');
	const { line, userFolder, environment } = JSON.parse(process.argv[2] ?? '') as OwnN8nOrder;
	const port = await getPort({ host: '127.0.0.1' });
	const { url } = await startN8n(await ensureN8n(line), userFolder, port, environment);
	console.log(url);
}

main().catch((error: unknown) => {
	console.error(error);
	process.exit(1);
});
