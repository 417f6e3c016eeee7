import { Child } from '../child-process.ts';
import type { MachineReady } from './machine-process.ts';

/**
 * A process with a network and mounts of its own, where port 53 is ours and /etc/resolv.conf says so. It ends with
 * everything that it has started. Rejects where the system doesn't let us have one.
 */
export function startMachine(): Promise<Child<MachineReady>> {
  const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  return Child.start<MachineReady>(new URL('./machine-process.ts', import.meta.url), {
    wrapper: ['unshare', ...asRoot, '--net', '--mount', '--pid', '--fork', '--kill-child', '--'],
  });
}
