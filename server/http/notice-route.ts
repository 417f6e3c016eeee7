import type { FastifyInstance, FastifyReply } from 'fastify';
import { isLate, type LinkOutcome, type Subscriptions } from '../notices/subscriptions.ts';

/** The links in mails to people who asked through a share link. */
export const NOTICE_ROUTES = ['/notices/confirm/:path', '/notices/stop/:path'] as const;

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-robots-tag': 'noindex',
};

interface Link {
  Params: { path: string };
}

/**
 * Serves the pages that the links lead to. Opening one changes nothing, for mail scanners do that: its button does, and
 * so does the POST of a mail program (RFC 8058), whatever its body says.
 */
export function serveNotices(app: FastifyInstance, subscriptions: Subscriptions): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null));
  const [confirm, stop] = NOTICE_ROUTES;
  app.get<Link>(confirm, async ({ params }, reply) => {
    const found = await subscriptions.find(params.path);
    if (found === undefined || found.subscription.state === 'ended')
      return sendOutcome(reply, { kind: 'gone' });
    const { domain } = found.domain;
    return isLate(found)
      ? sendOutcome(reply, { kind: 'late', domain })
      : sendQuestion(reply, domain, 'Yes, tell me once');
  });
  app.get<Link>(stop, async ({ params }, reply) => {
    const found = await subscriptions.find(params.path);
    if (found === undefined) return sendOutcome(reply, { kind: 'gone' });
    const { domain } = found.domain;
    return found.subscription.state === 'ended'
      ? sendOutcome(reply, { kind: 'ended', domain })
      : sendQuestion(reply, domain, 'Stop it');
  });
  app.post<Link>(confirm, async ({ params }, reply) =>
    sendOutcome(reply, await subscriptions.confirm(params.path)),
  );
  app.post<Link>(stop, async ({ params }, reply) =>
    sendOutcome(reply, await subscriptions.stop(params.path)),
  );
}

function sendQuestion(reply: FastifyReply, domain: string, button: string) {
  const question = '<p>One mail is sent once this domain is verified.</p>';
  return sendPage(reply, 200, domain, `${question}<form method="post"><button>${button}</button></form>`);
}

function sendOutcome(reply: FastifyReply, outcome: LinkOutcome) {
  switch (outcome.kind) {
    case 'confirmed':
      return sendPage(reply, 200, 'Confirmed', `<p>You get one mail once ${outcome.domain} is verified.</p>`);
    case 'late': {
      const none = '<p>There is nothing left to wait for, so no mail is sent.</p>';
      return sendPage(reply, 200, `${outcome.domain} is verified`, none);
    }
    case 'ended': {
      const forgotten = 'Your address is forgotten.';
      return sendPage(reply, 200, 'Stopped', `<p>You get no mail about ${outcome.domain}. ${forgotten}</p>`);
    }
    case 'gone':
      return sendPage(reply, 404, 'This link no longer works', '<p>It has expired, or was used already.</p>');
  }
}

/** Domains are A-labels: nothing in them has to be escaped. */
function sendPage(reply: FastifyReply, status: number, heading: string, body: string) {
  return reply
    .code(status)
    .headers(HEADERS)
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Letterhead</title></head><body><h1>${heading}</h1>${body}</body></html>`,
    );
}
