import type { FastifyPluginAsync } from 'fastify';
import fastifyPlugin from 'fastify-plugin';

/** Nothing is loaded from elsewhere, nothing written in a message is run, no other page frames it. */
const CONTENT_SECURITY_POLICY = [
	"default-src 'none'",
	// The stylesheet draws its small icons with data URLs.
	...["script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'"],
	...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join('; ');

/**
 * Keeps the pages of other websites, open in a browser on this machine, away from the sandbox. They could
 * reach it by a host name of their own that resolves to loopback (DNS rebinding), or by requests that a
 * browser sends without asking (CSRF).
 */
const guard: FastifyPluginAsync = async (app) => {
	// Not in a hook: Fastify runs none for a URL that it can't decode.
	app.server.prependListener('request', (_request, response) => {
		response.setHeader('content-security-policy', CONTENT_SECURITY_POLICY);
	});
	app.addHook('onRequest', async (request, reply) => {
		const { host, origin } = request.headers;
		const { localPort } = request.socket;
		const isOwnHost = host === `127.0.0.1:${localPort}` || host === `localhost:${localPort}`;
		if (!isOwnHost) return await reply.code(403).send({ error: 'Host not allowed' });
		// Neither n8n nor any other server sends an Origin; a page's navigation has none, either.
		if (origin !== undefined && origin !== `http://${host}`) {
			return await reply.code(403).send({ error: 'Origin not allowed' });
		}
	});
};

export default fastifyPlugin(guard);
