module.exports = {
	...require('./dist/credentials/ZApi.credentials.js'),
	...require('./dist/nodes/ZApiPinMessage/ZApiPinMessage.node.js'),
	...require('./dist/nodes/ZApiPinMessageTrigger/ZApiPinMessageTrigger.node.js'),
};
