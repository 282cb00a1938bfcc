import { networkProblem } from '../../../nodes/FluxImage/client/networkProblem';
import { redactor } from '../../../nodes/FluxImage/client/redaction';

const redact = redactor('sk-0123456789');
const problem = (error: unknown) => networkProblem(error, redact);

/** An error of Node's network. */
const failure = (message: string, fields: object = {}) => Object.assign(new Error(message), fields);

describe('what proves that nothing was sent', () => {
	it.each([
		'ECONNREFUSED',
		'ENOTFOUND',
		'EAI_AGAIN',
		'ERR_INVALID_URL',
		'CERT_HAS_EXPIRED',
		'CERT_NOT_YET_VALID',
		'DEPTH_ZERO_SELF_SIGNED_CERT',
		'SELF_SIGNED_CERT_IN_CHAIN',
		'UNABLE_TO_GET_ISSUER_CERT',
		'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
		'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
		'ERR_TLS_CERT_ALTNAME_INVALID',
		'ERR_SSL_WRONG_VERSION_NUMBER',
		'ERR_SSL_PACKET_LENGTH_TOO_LONG',
		'ERR_SSL_UNSUPPORTED_PROTOCOL',
		'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
		'CERT_REVOKED',
		'CERT_UNTRUSTED',
		'UNABLE_TO_GET_CRL',
		'HOSTNAME_MISMATCH',
		'INVALID_CA',
		'ERR_INVALID_CHAR',
	])('is the code %s', (code) => {
		expect(problem(failure('it failed', { code }))).toEqual({
			kind: 'neverConnected',
			code,
			reason: 'it failed',
		});
	});

	it('is a system call without a code, behind other words', () => {
		const cause = failure('it failed', { syscall: 'connect' });
		expect(problem(failure('outer', { cause }))).toStrictEqual({
			kind: 'neverConnected',
			reason: 'it failed',
		});
	});

	it("is n8n's own refusal of a host, in n8n's words (FAULTS E10)", () => {
		const words = 'The request was blocked because it resolves to a restricted IP address';
		const refused = { kind: 'neverConnected', reason: `n8n did not let it out. ${words}` };
		expect(problem(failure(words))).toEqual(refused);
		expect(problem(failure('n8n wraps it', { messages: [words] }))).toEqual(refused);
		expect(problem(failure(words, { code: 'ECONNRESET' })).kind).toBe('interrupted');
	});

	it.each(['connect', 'getaddrinfo'])('is any error of the system call %s', (syscall) => {
		const code = 'ETIMEDOUT';
		expect(problem(failure('it failed', { code, syscall })).kind).toBe('neverConnected');
		expect(problem(failure(`${syscall} ${code} 10.0.0.1:443`, { code })).kind).toBe(
			'neverConnected',
		);
	});

	it.each([
		'Client network socket disconnected before secure TLS connection was established',
		'error:0A00010B:SSL routines:ssl3_get_record:wrong version number',
		'packet length too long',
		'unsupported protocol',
		'tlsv1 alert protocol version',
		'sslv3 alert handshake failure',
		'ssl/tls alert handshake failure',
		'tlsv1 unrecognized name',
		'tlsv1 alert insufficient security',
		'tlsv1 alert no application protocol',
		'unsafe legacy renegotiation disabled',
		'dh key too small',
		'Unsupported Protocol',
	])('is a handshake that ends with "%s" (FAULTS E10)', (message) => {
		expect(problem(failure(message, { code: 'ECONNRESET' })).kind).toBe('neverConnected');
	});
});

describe("n8n's own refusal before it sends (FAULTS E10)", () => {
	it.each([
		[
			Object.assign(
				failure('The request was blocked because it resolves to a restricted IP address'),
				{
					name: 'SsrfBlockedIpError',
					description: "The target '10.0.0.1' is not allowed. Ask your n8n administrator",
				},
			),
			"n8n did not let it out. The request was blocked because it resolves to a restricted IP address. The target '10.0.0.1' is not allowed. Ask your n8n administrator",
		],
		[
			failure('Domain not allowed: This credential is restricted from accessing https://a.test'),
			'n8n did not let it out. Domain not allowed: This credential is restricted from accessing https://a.test',
		],
	])('proves that nothing was sent, and is told in its words', (error, reason) => {
		const expected = { kind: 'neverConnected', reason };
		expect(problem(error)).toEqual(expected);
		expect(problem(failure('Bad request', { cause: error }))).toEqual(expected);
		expect(problem(failure('Bad request', { cause: { cause: error } }))).toEqual(expected);
	});
});

it("n8n's refusal of an address is known by its name, whatever its words (FAULTS E10)", () => {
	expect(problem(failure('no', { name: 'SsrfBlockedIpError' }))).toStrictEqual({
		kind: 'neverConnected',
		reason: 'n8n did not let it out. no',
	});
});

describe('what proves nothing', () => {
	it.each([
		['a name that only holds that of a refusal', failure('no', { name: 'NotSsrfError' })],
		['words that only quote a refusal', failure('it said: Domain not allowed')],
		['a call that is only quoted', failure('read, not connect ETIMEDOUT', { code: 'EPIPE' })],
		['a certificate of ours', failure('no', { code: 'ERR_SSL_CERT_CB_ERROR' })],
		['a code that only begins like one', failure('no', { code: 'INVALID_CALL' })],
	])('is %s', (_what, error) => {
		expect(problem(error).kind).toBe('interrupted');
	});

	it.each(['INTERNAL', 500, ['ECONNREFUSED']])(
		'is what is no code of the network, and it is not told as one: %j',
		(code) => {
			expect(problem(failure('no', { code }))).toStrictEqual({ kind: 'interrupted', reason: 'no' });
		},
	);

	it.each(['tlsv13 alert certificate required', 'tlsv1 alert internal error', 'alert unknown ca'])(
		'are the alerts of TLS that may come after the request: "%s"',
		(message) => {
			expect(problem(failure(message, { code: 'ERR_SSL_ALERT' })).kind).toBe('interrupted');
		},
	);

	it.each([
		['ECONNRESET', 'interrupted'],
		['EPIPE', 'interrupted'],
		['HPE_INVALID_CONSTANT', 'interrupted'],
		['ECONNABORTED', 'requestTimedOut'],
		['ETIMEDOUT', 'requestTimedOut'],
	])('is the code %s: %s', (code, kind) => {
		expect(problem(failure('it failed', { code })).kind).toBe(kind);
		expect(problem(failure('it failed', { code, syscall: 'read' })).kind).toBe(kind);
		expect(problem(failure(`read ${code}`, { code })).kind).toBe(kind);
	});

	it('are the words of a handshake without a code: a gateway may have written them', () => {
		expect(problem(failure('unsupported protocol')).kind).toBe('interrupted');
	});

	it.each([undefined, null, 'reset', 7, {}, []])('is what is no error at all: %j', (thrown) => {
		expect(problem(thrown)).toEqual({ kind: 'interrupted' });
	});
});

describe("the network's error inside another", () => {
	const refused = failure('connect ECONNREFUSED 127.0.0.1:1', {
		code: 'ECONNREFUSED',
		syscall: 'connect',
	});
	const told = {
		kind: 'neverConnected',
		code: 'ECONNREFUSED',
		reason: 'connect ECONNREFUSED 127.0.0.1:1',
	};

	it.each([
		['as its cause', failure('outer', { cause: refused })],
		[
			'as the cause of its cause',
			failure('outer', { cause: failure('inner', { cause: refused }) }),
		],
		['where n8n keeps what it wraps', failure('outer', { errorResponse: refused })],
		['as the first of several', Object.assign(new AggregateError([refused]), { message: 'all' })],
		['behind an HTTP status', failure('outer', { code: '500', cause: refused })],
	])('is found %s', (_place, error) => {
		expect(problem(error)).toEqual(told);
	});

	it("is found in n8n 1's fields, behind its stock phrase", () => {
		const error = failure('The service refused the connection', {
			httpCode: 'ECONNREFUSED',
			messages: ['connect ECONNREFUSED 127.0.0.1:1'],
		});
		expect(problem(error)).toEqual(told);
	});

	it('says the outer words where n8n has set none aside', () => {
		const code = 'ECONNRESET';
		expect(problem(failure('outer', { code, messages: [''] })).reason).toBe('outer');
		expect(problem(failure('outer', { code, messages: [7] })).reason).toBe('outer');
		expect(problem(failure('outer', { code, messages: 'no list' })).reason).toBe('outer');
	});

	it('takes an HTTP status in the place of a code for none', () => {
		expect(problem(failure('outer', { httpCode: '500' }))).toEqual({
			kind: 'interrupted',
			reason: 'outer',
		});
	});

	it.each([
		[9, 'neverConnected'],
		[10, 'interrupted'],
	])('is looked for ten links deep: behind %d others it is %s', (others, kind) => {
		let error: Error = refused;
		for (let link = 0; link < others; link++) error = failure('outer', { cause: error });
		expect(problem(error).kind).toBe(kind);
	});

	it('is looked for no longer than ten links deep, in a chain that bites its tail', () => {
		const error: Error & { cause?: unknown } = failure('round and round');
		error.cause = error;
		expect(problem(error)).toEqual({ kind: 'interrupted', reason: 'round and round' });
	});
});

it('the key is not in what the network says', () => {
	expect(problem(failure('no host sk-0123456789')).reason).not.toContain('sk-');
});
