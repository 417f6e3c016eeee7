import { createHash } from 'node:crypto';
import { invalidField } from '@letterhead/shared';
import { LOGO_LIMITS } from '../limits.ts';
import { findPngFault } from './png.ts';

/** A logo to keep: its PNG in Base64, and the SHA-256 of it in hex. */
export interface Logo {
  readonly png: string;
  readonly hash: string;
}

/**
 * Reads a PNG from Base64, with line breaks or in a `data:` URL. Null for an empty text. Throws `invalid` for anything
 * that is not wholly a PNG: what is served as a picture must not be read as something else.
 */
export function parseLogo(text: string): Logo | null {
  const base64 = text.replace(/^data:image\/png;base64,/, '').replace(/\s/g, '');
  if (base64 === '') return null;
  const bytes = Buffer.from(base64, 'base64');
  const fault = bytes.toString('base64') === base64 ? findPngFault(bytes) : 'it is not Base64';
  if (fault === null) return { png: base64, hash: hashOf(bytes) };
  const most = `${LOGO_LIMITS.bytes / 1024} KiB and ${LOGO_LIMITS.side} × ${LOGO_LIMITS.side} pixels`;
  throw invalidField('logo', `The logo cannot be used: ${fault}. Give a PNG of at most ${most}.`);
}

/** SHA-256 of a logo, in hex. */
export function hashOf(png: Buffer): string {
  return createHash('sha256').update(png).digest('hex');
}

/** Where a logo is served. */
export function logoPath(account: number, hash: string): string {
  return `/logos/${account}/${hash}.png`;
}
