import { dirname } from 'node:path';
import { freePort } from '../free-port.ts';
import { Program } from '../program.ts';

/** json-server's own command on a file, once it answers. The caller disposes of the program. */
export async function startJsonServer(file: string): Promise<{ url: string; program: Program }> {
  const port = await freePort();
  const program = new Program({
    command: 'json-server',
    words: ['--quiet', '--host', '127.0.0.1', '--port', String(port), file],
    folder: dirname(file),
    environment: {},
  });
  const url = `http://127.0.0.1:${port}`;
  try {
    await program.firstAnswer(url, '/accounts/1', null);
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
  return { url, program };
}
