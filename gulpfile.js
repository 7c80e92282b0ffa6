const { rm } = require('node:fs/promises');
const { dest, parallel, src } = require('gulp');

// Files that n8n loads in addition to the compiled code.
const icons = () => src('icons/*.svg', { encoding: false }).pipe(dest('dist/icons'));
const codex = () => src('nodes/**/*.node.json').pipe(dest('dist/nodes'));

exports.clean = () => rm('dist', { recursive: true, force: true });
exports.default = parallel(icons, codex);
