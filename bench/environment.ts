import { arch, availableParallelism, cpus, loadavg, platform, totalmem } from 'node:os';

/** When and on what a suite ran, in one line: nothing that tells whose machine it is. */
export function describeEnvironment(now: Date): string {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB of memory`;
  const cores = `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'of an unknown kind'})`;
  const load = (loadavg()[0] ?? 0).toFixed(2);
  return `${now.toISOString().slice(0, 10)}, ${cores}, ${memory}, Node ${process.versions.node} on ${platform()} ${arch()}; load average before the run ${load}.`;
}
