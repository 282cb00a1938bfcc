// Loads modules and tells what CPU that took, in milliseconds. Plain JavaScript in a process of its
// own: a compiler on the way would be measured too.
import { createRequire } from 'node:module';

const { warm, files } = JSON.parse(process.argv[2]);
for (const { from, name } of warm) createRequire(from)(name);
const before = process.cpuUsage();
for (const file of files) createRequire(file)(file);
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ milliseconds: (user + system) / 1_000 }));
