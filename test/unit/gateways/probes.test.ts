import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type { Gateway } from '../../../nodes/FluxImage/gateways/gateway';
import { htmlPage, reply } from './reply';

/** The gateways that are asked for a task that nobody has made; ToAPIs is asked for its balance. */
const byUnknownTask = Object.values<Gateway>(GATEWAYS).filter(({ id }) => id !== 'toApis');
const toApis = GATEWAYS.toApis;

describe.each(byUnknownTask)('the credential test of $displayName', (gateway) => {
	it('reads, and bills nothing', () => {
		expect(gateway.credentialProbe().method).toBe('GET');
	});

	it.each([
		[404, { error: { code: 'NOT_FOUND', message: 'Request not found' } }],
		[404, { detail: 'Not Found' }],
		[400, { message: 'task_not_exist' }],
		[422, { message: 'no such format of an ID' }],
		[200, { status: 'IN_QUEUE' }],
	])('passes at %d %j', (statusCode, body) => {
		expect(gateway.readProbe(reply(statusCode, body))).toBeUndefined();
	});

	it.each([
		[401, { error: 'no' }, 'badKey'],
		[403, { error: 'no' }, 'notAllowed'],
		[404, htmlPage('404 Not Found'), 'blockedByEdge'],
		[200, htmlPage('Welcome'), 'unreadable'],
		[200, '', 'unreadable'],
		[404, null, 'unreadable'],
		[429, {}, 'rateLimited'],
		[500, {}, 'gatewayFault'],
		[302, {}, 'redirected'],
		[504, htmlPage('504 Time-out'), 'gatewayFault'],
		[429, 'Slow down', 'rateLimited'],
		[200, { success: false, message: 'Invalid API key' }, 'badKey'],
		[200, { status: { code: 401, message: 'no' }, data: null }, 'badKey'],
		[401, htmlPage('401'), 'blockedByEdge'],
	])('fails at %d %j as %s', (statusCode, body, kind) => {
		expect(gateway.readProbe(reply(statusCode, body))?.kind).toBe(kind);
	});
});

describe('the credential test of ToAPIs', () => {
	it('passes at a balance', () => {
		const balance = { remain_balance: 10.5, used_balance: 2.3 };
		expect(toApis.readProbe(reply(200, balance))).toBeUndefined();
		expect(toApis.readProbe(reply(200, { ...balance, success: true }))).toBeUndefined();
		expect(toApis.readProbe(reply(200, { success: true }))).toBeUndefined();
	});

	it.each([
		[200, { success: false, message: 'Invalid token' }, 'badKey'],
		[401, { error: { message: 'Invalid token' } }, 'badKey'],
		[403, {}, 'notAllowed'],
		[403, { success: false, message: 'No' }, 'notAllowed'],
		[200, {}, 'unreadable'],
		[200, htmlPage('Welcome'), 'unreadable'],
		[504, htmlPage('504'), 'gatewayFault'],
	])('fails at %d %j as %s', (statusCode, body, kind) => {
		expect(toApis.readProbe(reply(statusCode, body))?.kind).toBe(kind);
	});
});
