import fastify from 'fastify';

/** The least that a server on Fastify is: one route. It is run as a program, and listens where PORT says. */
const app = fastify();
app.get('/', () => ({}));
await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT']) });
