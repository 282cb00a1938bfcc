import { NodeHelpers, type INode } from 'n8n-workflow';

import { FluxImage } from '../../../nodes/FluxImage/FluxImage.node';

describe('an expression as Model', () => {
	it('leaves nothing to be filled in but the prompt', () => {
		const { description } = new FluxImage();
		const node: INode = {
			id: 'flux',
			name: 'FLUX Image',
			type: 'n8n-nodes-flux-image.fluxImage',
			typeVersion: 1,
			position: [0, 0],
			parameters: {
				gateway: 'seaArtCloud',
				resource: 'image',
				operation: 'generateAndWait',
				model: '={{ $json.model }}',
				prompt: 'A red apple',
			},
		};
		const issues = NodeHelpers.getNodeParametersIssues(description.properties, node, description);
		expect(issues).toBeNull();
	});
});
