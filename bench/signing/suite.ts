import type { Suite } from '../measurement.ts';
import { fetchKeys } from './fetch-keys.ts';
import { getBesideSigning } from './get-beside-signing.ts';
import { signByHash, signRawMessages } from './signatures.ts';

export const signingSuite: Suite = {
  name: 'signing',
  title: 'What a signature costs.',
  measurements: [signRawMessages, signByHash, getBesideSigning, fetchKeys],
};
