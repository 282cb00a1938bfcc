// An S3-compatible server on the loopback, which checks signatures and knows one account.
// node s3-server.mjs <folder with node_modules> <port> <data folder> <bucket>
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [packages, port, directory, bucket] = process.argv.slice(2);
const S3rver = createRequire(join(packages, 'package.json'))('@20minutes/s3rver');
await new S3rver({
	address: '127.0.0.1',
	port: Number(port),
	directory,
	configureBuckets: [{ name: bucket }],
	vhostBuckets: false,
	silent: true,
}).run();
