import type { FastifyPluginAsync } from 'fastify';
import fastifyPlugin from 'fastify-plugin';

/** Loads nothing from other servers, runs no scripts from messages, and can't be framed by other pages. */
const CONTENT_SECURITY_POLICY = [
	"default-src 'none'",
	// The stylesheet draws its small icons with data URLs.
	"script-src 'self'",
	"style-src 'self'",
	"img-src 'self' data:",
	"connect-src 'self'",
	"base-uri 'none'",
	"form-action 'none'",
	"frame-ancestors 'none'",
].join('; ');

/**
 * Protects the sandbox from other websites that are open in a browser on this machine. They could use a host
 * name that resolves to loopback (DNS rebinding), or requests that a browser sends without a check (CSRF).
 */
const guard: FastifyPluginAsync = async (app) => {
	// Not in a hook, as Fastify runs no hooks for a URL that it can't decode.
	app.server.prependListener('request', (_request, response) => {
		response.setHeader('content-security-policy', CONTENT_SECURITY_POLICY);
	});
	app.addHook('onRequest', async (request, reply) => {
		const { host, origin } = request.headers;
		const { localPort } = request.socket;
		const isOwnHost = host === `127.0.0.1:${localPort}` || host === `localhost:${localPort}`;
		if (!isOwnHost) return await reply.code(403).send({ error: 'Host not allowed' });
		// Servers such as n8n send no Origin header. Page navigation has none, either.
		if (origin !== undefined && origin !== `http://${host}`) {
			return await reply.code(403).send({ error: 'Origin not allowed' });
		}
	});
};

export default fastifyPlugin(guard);
