import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** How long the servers have to look at what is due, in milliseconds. */
const PATIENCE = 30_000;
const PAUSE = 250;

/** Makes every new domain due at once, and notes each check that is claimed while another server's lease lasts. */
const WATCH = `
  CREATE TABLE watched_claims (domain_id bigint NOT NULL, doubled boolean NOT NULL);
  CREATE FUNCTION watch_claim() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'INSERT' THEN
      NEW.next_at = now();
    ELSIF NEW.claimed_until IS NOT NULL THEN
      INSERT INTO watched_claims VALUES (NEW.domain_id, coalesce(OLD.claimed_until > now(), false));
    END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER watch_claim BEFORE INSERT OR UPDATE OF claimed_until ON checks
    FOR EACH ROW EXECUTE FUNCTION watch_claim();`;

/** Due, and neither made nor claimed: servers look every second. */
const MISSED = `SELECT count(*) FROM checks
  WHERE next_at < now() - interval '5 s' AND (claimed_until IS NULL OR claimed_until < now() - interval '5 s')`;

export async function watchChecks(url: string): Promise<void> {
  await query(url, WATCH);
}

/** One sentence for each promise about checks that was broken. */
export async function complaintsOfChecks(url: string): Promise<string[]> {
  const giveUpAt = Date.now() + PATIENCE;
  while ((await count(url, MISSED)) > 0 && Date.now() < giveUpAt) await sleep(PAUSE);
  const missed = await count(url, MISSED);
  const doubled = await count(url, 'SELECT count(*) FROM watched_claims WHERE doubled');
  const claimed = await count(url, 'SELECT count(*) FROM watched_claims');
  return [
    ...(missed > 0 ? [`${missed} checks are due, and no server makes them`] : []),
    ...(doubled > 0 ? [`${doubled} checks were claimed twice within a lease`] : []),
    ...(claimed === 0 ? ['no check was claimed'] : []),
  ];
}

async function count(url: string, text: string): Promise<number> {
  const { rows } = await query(url, text);
  return Number(rows[0]?.['count']);
}

async function query(url: string, text: string): Promise<pg.QueryResult<Record<string, unknown>>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}
