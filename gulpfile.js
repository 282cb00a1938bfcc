const { dest, parallel, src } = require('gulp');

/** What tsc does not carry into `dist`: the drawings and the codex beside the code that names them. */
const icons = () => src('icons/*.svg', { encoding: false }).pipe(dest('dist/icons'));
const codex = () => src('nodes/**/*.node.json').pipe(dest('dist/nodes'));

exports.default = parallel(icons, codex);
