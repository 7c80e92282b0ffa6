const { rm } = require('node:fs/promises');
const { dest, parallel, series, src } = require('gulp');

// Files that n8n loads in addition to the compiled code.
const icons = () => src('icons/*.svg', { encoding: false }).pipe(dest('dist/icons'));
const codex = () => src('nodes/**/*.node.json').pipe(dest('dist/nodes'));

// Tells the npm scripts that dist/ is up to date.
const remember = async () => (await import('./scripts/built.mjs')).rememberBuilt();

exports.clean = () => rm('dist', { recursive: true, force: true });
exports.default = series(parallel(icons, codex), remember);
