// What environment.js has loaded.
module.exports = Reflect.get(globalThis, 'n8nWorkflow');
