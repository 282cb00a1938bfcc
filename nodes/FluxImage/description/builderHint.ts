import type { IBuilderHint } from 'n8n-workflow';

/*
 * What n8n's assistants are told of the node beside its fields; n8n 1 reads none of it. The patterns are
 * code of @n8n/workflow-sdk: the tests build workflows of them with n8n's own parser.
 */

/** The most common use: a request comes in, a picture goes into storage. */
const DRAW_AND_STORE = `<patterns>
<pattern title="Webhook, picture, storage">
const order = trigger({
  type: 'n8n-nodes-base.webhook',
  version: 2,
  config: { name: 'Order', parameters: { httpMethod: 'POST', path: 'draw', responseMode: 'lastNode' } }
});

const draw = node({
  type: 'n8n-nodes-flux-image.fluxImage',
  version: 1,
  config: {
    name: 'Draw',
    parameters: {
      resource: 'image',
      operation: 'generateAndWait',
      gateway: 'seaArtCloud',
      model: 'flux_kontext_max',
      prompt: expr('{{ $json.body.prompt }}'),
      aspectRatio: '16:9'
    },
    credentials: { seaArtCloudApi: newCredential('SeaArt Cloud') }
  }
});

const store = node({
  type: 'n8n-nodes-base.s3',
  version: 1,
  config: {
    name: 'Store',
    parameters: {
      resource: 'file',
      operation: 'upload',
      bucketName: 'pictures',
      fileName: expr('{{ $json.requestId }}-{{ $json.fileName }}'),
      binaryData: true,
      binaryPropertyName: 'data'
    },
    credentials: { s3: newCredential('S3') }
  }
});

export default workflow('draw-and-store', 'Draw and store').add(order).to(draw).to(store);
</pattern>
<pattern title="Edit an uploaded picture">
const upload = trigger({
  type: 'n8n-nodes-base.formTrigger',
  version: 2.2,
  config: {
    name: 'Upload',
    parameters: {
      formTitle: 'Edit a picture',
      formFields: {
        values: [
          { fieldLabel: 'photo', fieldType: 'file', multipleFiles: false, requiredField: true },
          { fieldLabel: 'change', fieldType: 'textarea', requiredField: true }
        ]
      }
    }
  }
});

const edit = node({
  type: 'n8n-nodes-flux-image.fluxImage',
  version: 1,
  config: {
    name: 'Edit',
    parameters: {
      resource: 'image',
      operation: 'generateAndWait',
      gateway: 'seaArtCloud',
      model: 'flux_kontext_max',
      prompt: expr('{{ $json.change }}'),
      inputImages: { image: [{ source: 'binary', binaryPropertyName: 'photo' }] }
    },
    credentials: { seaArtCloudApi: newCredential('SeaArt Cloud') }
  }
});

export default workflow('edit-upload', 'Edit an upload').add(upload).to(edit);
</pattern>
</patterns>`;

const CREATE_AND_COLLECT = `<patterns>
<pattern title="Create now, collect later">
const order = trigger({
  type: 'n8n-nodes-base.webhook',
  version: 2,
  config: { name: 'Order', parameters: { httpMethod: 'POST', path: 'tasks', responseMode: 'responseNode' } }
});

const create = node({
  type: 'n8n-nodes-flux-image.fluxImage',
  version: 1,
  config: {
    name: 'Create',
    parameters: {
      resource: 'image',
      operation: 'create',
      gateway: 'seaArtCloud',
      model: 'flux_kontext_max',
      prompt: expr('{{ $json.body.prompt }}')
    },
    credentials: { seaArtCloudApi: newCredential('SeaArt Cloud') }
  }
});

const answer = node({
  type: 'n8n-nodes-base.respondToWebhook',
  version: 1.1,
  config: { name: 'Answer', parameters: { respondWith: 'firstIncomingItem' } }
});

// requestId and model come with the item: both are left out.
const collect = node({
  type: 'n8n-nodes-flux-image.fluxImage',
  version: 1,
  config: {
    name: 'Collect',
    parameters: { resource: 'task', operation: 'wait', gateway: 'seaArtCloud' },
    credentials: { seaArtCloudApi: newCredential('SeaArt Cloud') }
  }
});

export default workflow('create-and-collect', 'Create and collect').add(order).to(create).to(answer).to(collect);
</pattern>
</patterns>`;

/** The hint of the node. */
export const builderHint: IBuilderHint = {
	searchHint:
		'Makes pictures from text and edits pictures. Use resource image, operation generateAndWait: it waits by itself, so no loop, no Wait node and no HTTP Request. To edit, add inputImages. Each picture is an item with url, fileName, contentType, width, height and requestId, its file in the binary field data; as a tool of an agent it gives the url alone. Models and sizes depend on gateway, and so does the credential: set that of the gateway only. Use create with task > wait only where the workflow has to go on before the picture is there.',
	relatedNodes: [
		{
			nodeType: 'n8n-nodes-base.s3',
			relationHint: 'Stores the picture from the binary field data',
		},
	],
	extraTypeDefContent: [
		{
			displayOptions: { show: { resource: ['image'], operation: ['generateAndWait'] } },
			content: DRAW_AND_STORE,
		},
		{
			displayOptions: { show: { resource: ['image'], operation: ['create'] } },
			content: CREATE_AND_COLLECT,
		},
	],
};
