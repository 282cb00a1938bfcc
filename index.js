// n8n loads the node and the credentials by the paths in package.json; requiring the package gives nothing.
module.exports = {};
