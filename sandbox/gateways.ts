/** The gateways that the sandbox plays, by the names that tests use for them. */
export const gateways = ['seaArtCloud', 'odiRouter', 'vtrix', 'toApis'] as const;
export type Gateway = (typeof gateways)[number];

/** Where each gateway's API starts on the sandbox's API port; the first three mirror the real ones. */
export const basePaths: Record<Gateway, string> = {
	seaArtCloud: '/seaart/model',
	odiRouter: '/odirouter/model',
	vtrix: '/vtrix/model',
	toApis: '/toapis',
};

/** Names for people, as drawn into pictures. */
export const gatewayTitles: Record<Gateway, string> = {
	seaArtCloud: 'SeaArt Cloud',
	odiRouter: 'OdiRouter',
	vtrix: 'VTrix',
	toApis: 'ToAPIs',
};
