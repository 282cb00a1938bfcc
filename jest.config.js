/** Tests run the TypeScript as it stands; types are checked by `npm run lint`. */
module.exports = {
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/{unit,contract,engine,sandbox}/**/*.test.ts'],
	modulePathIgnorePatterns: ['<rootDir>/dist/'],
	transform: {
		'^.+\\.ts$': [
			'@swc/jest',
			{ jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true } } },
		],
	},
	testTimeout: 30_000,
};
