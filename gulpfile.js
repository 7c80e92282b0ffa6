const { rm } = require('node:fs/promises');
const { dest, parallel, series, src } = require('gulp');

// What n8n loads beside the compiled code.
const icons = () => src('icons/*.svg', { encoding: false }).pipe(dest('dist/icons'));
const codex = () => src('nodes/**/*.node.json').pipe(dest('dist/nodes'));

// So that the npm scripts know that they need not build again.
const remember = async () => (await import('./scripts/built.mjs')).rememberBuilt();

exports.clean = () => rm('dist', { recursive: true, force: true });
exports.default = series(parallel(icons, codex), remember);
