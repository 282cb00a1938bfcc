/** Keys of the sandbox. They are long and odd, so that a test can search any output for them. */
export interface SandboxKeys {
	/** May do everything. */
	valid: string;
	/** May read; every create is refused for want of credit. */
	noCredit: string;
	/** Is known, but has no right to anything: 403 on every call. */
	forbidden: string;
	/** ToAPIs answers its balance read with HTTP 200 and `success: false`; other calls refuse it. */
	unsuccessful: string;
}

export const sandboxKeys: SandboxKeys = {
	valid: 'sandbox-key-valid-7f3a91c2e5d8',
	noCredit: 'sandbox-key-no-credit-b64d08e1a7f2',
	forbidden: 'sandbox-key-forbidden-19c5e7d2f0ab',
	unsuccessful: 'sandbox-key-unsuccessful-d83b6a40c9e1',
};

export type KeyRole = keyof SandboxKeys | 'unknown';

const roles = new Map<string, KeyRole>(
	Object.entries(sandboxKeys).map(([role, key]) => [key, role as keyof SandboxKeys]),
);

/** The key in an `Authorization: Bearer …` header; empty when there is none. */
export function bearerKey(authorization: string | undefined): string {
	return /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
}

/** What a key may do here. */
export function roleOf(key: string): KeyRole {
	return roles.get(key) ?? 'unknown';
}
