import { createRequire } from 'node:module';
import { LoggerProxy, type Logger } from 'n8n-workflow';

/** What n8n-core itself requires: npm may have put another copy of it at the top. */
const requireAsCore = createRequire(require.resolve('n8n-core'));
const { Container } = requireAsCore('@n8n/di') as typeof import('@n8n/di');
const { Logger: CoreLogger } = requireAsCore('@n8n/backend-common') as {
	Logger: new () => object;
};

/** Lines that n8n and its nodes have logged since this process began, the level first. */
export const engineLog: string[] = [];

const writer =
	(level: string): Logger['info'] =>
	(message, metadata) =>
		void engineLog.push([`${level}: ${message}`, metadata && JSON.stringify(metadata)].join(' '));

const collector: Logger & { scoped(): Logger } = {
	error: writer('error'),
	warn: writer('warn'),
	info: writer('info'),
	debug: writer('debug'),
	scoped: () => collector,
};

/** Has n8n write its log into `engineLog` instead of its console and files. */
export function collectLog(): void {
	Container.set(CoreLogger, collector);
	LoggerProxy.init(collector);
}
